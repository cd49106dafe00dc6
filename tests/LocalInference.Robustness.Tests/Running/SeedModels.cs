using LocalInference.TestModels;

namespace LocalInference.Robustness.Tests.Running;

/// <summary>The undamaged models that everything starts from, in a folder that is removed at the end.</summary>
public sealed class SeedModels : IDisposable
{
    public SeedModels()
    {
        Folder = Directory.CreateTempSubdirectory("localinference-robustness-").FullName;
        List<string> paths = [.. TestModelSpec.AllTiny.Select(spec => TestModel.WriteTo(Folder, spec))];

        // A real model, where the checkout has the shared folder beside it.
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string stories = Path.Combine(folder.FullName, "shared", "models", "stories260K.gguf");
            if (File.Exists(stories))
            {
                paths.Add(stories);
                break;
            }
        }

        Paths = paths;
    }

    public string Folder { get; }

    public IReadOnlyList<string> Paths { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
