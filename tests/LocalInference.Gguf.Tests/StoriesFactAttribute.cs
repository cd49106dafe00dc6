namespace LocalInference.Gguf.Tests;

/// <summary>A test on the small trained model that some checkouts have beside them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StoriesFactAttribute : FactAttribute
{
    public StoriesFactAttribute()
    {
        if (ModelPath is null)
        {
            Skip = "Put stories260K.gguf into shared/models beside the checkout.";
        }
    }

    public static string? ModelPath { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "models", "stories260K.gguf");
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
