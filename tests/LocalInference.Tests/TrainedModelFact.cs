namespace LocalInference.Tests;

/// <summary>A test on the trained model of 260,000 parameters, which is not part of the repository.</summary>
public sealed class TrainedModelFactAttribute : FactAttribute
{
    public TrainedModelFactAttribute()
    {
        if (Path is null)
        {
            Skip = "needs stories260K.gguf (llama2.c's stories260K as GGUF) in a folder shared/models beside the repository";
        }
    }

    /// <summary>Where the model is, or <see langword="null"/>.</summary>
    public static string? Path { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string file = System.IO.Path.Combine(folder.FullName, "shared", "models", "stories260K.gguf");
            if (File.Exists(file))
            {
                return file;
            }
        }

        return null;
    }
}
