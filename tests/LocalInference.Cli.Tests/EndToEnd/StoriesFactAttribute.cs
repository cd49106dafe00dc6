namespace LocalInference.Cli.Tests.EndToEnd;

/// <summary>A test on the trained model that lies beside the repository on some machines.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StoriesFactAttribute : FactAttribute
{
    public StoriesFactAttribute()
    {
        if (ModelPath is null)
        {
            Skip = "Put stories260K.gguf into shared/models beside the repository.";
        }
    }

    public static string? ModelPath { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, "shared", "models", "stories260K.gguf") is { } path && File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
