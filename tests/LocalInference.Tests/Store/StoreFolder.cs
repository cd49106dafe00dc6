using System.Text;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Store;

/// <summary>A store in a folder of its own, with a tiny model beside it to make others from.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("localinference-store-");
    private readonly List<ModelStore> _opened = [];

    public StoreFolder() => Store = Open();

    public ModelStore Store { get; }

    public string Folder => _folder.FullName;

    public string Root => Path.Combine(Folder, "models");

    public string Blobs => Path.Combine(Root, "blobs");

    public string Manifests => Path.Combine(Root, "manifests", ModelName.DefaultHost, ModelName.DefaultNamespace);

    /// <summary>The same store, as another process opens it.</summary>
    public ModelStore Open(params string[] readOnly)
    {
        ModelStore store = ModelStore.Open(new ModelStoreOptions { Directory = Root, ReadOnlyDirectories = readOnly });
        _opened.Add(store);
        return store;
    }

    public string WriteModel(string file = "model.gguf", ulong seed = 1)
    {
        string path = Path.Combine(Folder, file);
        TestModel.Write(path, TestModelSpec.Llama with { Name = file, Seed = seed });
        return path;
    }

    /// <summary>Creates a model; one that it is made from is not looked for elsewhere.</summary>
    public async Task CreateAsync(string name, string modelfile) =>
        await Store.CreateAsync(name, Modelfile.Parse(modelfile), new CreateOptions { Folder = Folder, Pulling = new PullOptions { AllowedHosts = [] } });

    /// <summary>Puts a blob where Ollama would.</summary>
    public ManifestLayer WriteBlob(string mediaType, byte[] content)
    {
        Directory.CreateDirectory(Blobs);
        ManifestLayer layer = new(mediaType, BlobDigest.Of(content), content.Length);
        File.WriteAllBytes(Path.Combine(Blobs, layer.Digest.FileName), content);
        return layer;
    }

    public ManifestLayer WriteBlob(string mediaType, string content) => WriteBlob(mediaType, Encoding.UTF8.GetBytes(content));

    public string WriteManifest(string model, string tag, string json)
    {
        string path = Path.Combine(Manifests, model, tag);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, json);
        return path;
    }

    public string[] BlobNames() => Directory.Exists(Blobs) ? [.. Directory.GetFiles(Blobs).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];

    /// <summary>Waits until a change of another process is seen.</summary>
    public static async Task SeeAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000; i++)
        {
            try
            {
                if (condition())
                {
                    return;
                }
            }
            catch (StoreException)
            {
                // Seen half way: its blobs are there before its manifest, and gone after it.
            }

            await Task.Delay(20);
        }

        Assert.Fail("The change was not seen.");
    }

    public void Dispose()
    {
        _opened.ForEach(static store => store.Dispose());
        _folder.Delete(recursive: true);
    }
}
