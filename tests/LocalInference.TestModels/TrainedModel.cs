namespace LocalInference.TestModels;

/// <summary>The trained model of 260,000 parameters (llama2.c's stories260K as GGUF), which is not part of the repository.</summary>
public static class TrainedModel
{
    /// <summary>Why a test on it is skipped.</summary>
    public const string HowToGet = "Put stories260K.gguf into shared/models beside the repository.";

    /// <summary>The file, in a folder <c>shared/models</c> beside the repository, or <see langword="null"/>.</summary>
    public static string? Path { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = System.IO.Path.Combine(folder.FullName, "shared", "models", "stories260K.gguf");
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
