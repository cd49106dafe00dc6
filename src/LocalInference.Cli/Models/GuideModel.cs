using LocalInference.Abstractions;

namespace LocalInference.Cli.Models;

/// <summary>
/// The small model that answers questions about LocalInference (<c>models/guide</c>), and lies beside the program so that there is one to
/// try before any is pulled.
/// </summary>
internal static class GuideModel
{
    /// <summary>Its name; a model of the store that has the same goes first.</summary>
    public const string Name = "guide";

    // It says what it has learned by heart; chance only adds mistakes.
    private const float Temperature = 0;

    /// <summary>Where it is, or <see langword="null"/> if the name is another, or the file is not there.</summary>
    public static ModelLocation? Find(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "guide.gguf");
        return name == Name && File.Exists(path)
            ? new ModelLocation(Name, path) { Sampling = new SamplingOverrides { Temperature = Temperature } }
            : null;
    }
}
