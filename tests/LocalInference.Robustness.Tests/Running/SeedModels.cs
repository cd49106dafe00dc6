using LocalInference.TestModels;

namespace LocalInference.Robustness.Tests.Running;

/// <summary>The undamaged models that everything starts from, in a folder that is removed at the end, and a host to try files in.</summary>
public sealed class SeedModels : IDisposable
{
    public SeedModels()
    {
        Folder = Directory.CreateTempSubdirectory("localinference-robustness-").FullName;
        List<string> paths = [.. TestModelSpec.AllTiny.Select(spec => TestModel.WriteTo(Folder, spec))];

        // Pre-tokenizers without a splitter of their own run on std::regex, which needs stack for every character.
        foreach (string preTokenizer in PreTokenizersOnRegex)
        {
            TestModel.WriteTo(Folder, TestModelSpec.Llama3 with { Name = $"tiny-{preTokenizer}", PreTokenizer = preTokenizer });
        }

        // A real model, where there is one.
        if (TrainedModel.Path is { } trained)
        {
            paths.Add(trained);
        }

        Paths = paths;
    }

    /// <summary>One of each kind that overflowed an ordinary stack; their models are named <c>tiny-</c> and this.</summary>
    public static IReadOnlyList<string> PreTokenizersOnRegex { get; } = ["tekken", "gpt-4o", "deepseek-llm", "deepseek-v3", "falcon", "viking", "default"];

    public string Folder { get; }

    public IReadOnlyList<string> Paths { get; }

    internal HostProcess Host { get; } = new();

    /// <summary>The file of a test model.</summary>
    public string Path(string name) => System.IO.Path.Combine(Folder, $"{name}.gguf");

    /// <summary>A copy that a test may do with as it likes.</summary>
    public string Copy(string name, string file)
    {
        string path = System.IO.Path.Combine(Folder, file);
        File.Copy(Path(name), path);
        return path;
    }

    public void Dispose()
    {
        Host.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
