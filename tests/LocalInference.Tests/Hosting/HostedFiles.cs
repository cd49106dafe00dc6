using LocalInference.TestModels;

namespace LocalInference.Tests.Hosting;

/// <summary>Tiny models in a folder of their own, and hosts over them.</summary>
internal sealed class HostedFiles : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-host-").FullName;

    public HostClock Clock { get; } = new();

    public ModelLocation Write(string name, ulong seed = 1)
    {
        string path = Path.Combine(_folder, name + ".gguf");
        TestModel.Write(path, TestModelSpec.Llama with { Name = name, Seed = seed });
        return At(path, name);
    }

    public ModelLocation WriteBroken(string name)
    {
        string path = Path.Combine(_folder, name + ".gguf");
        File.WriteAllText(path, "This is no model, however long one reads it.");
        return At(path, name);
    }

    /// <summary>What one of the models takes.</summary>
    public static async Task<long> SizeOf(ModelLocation location)
    {
        await using LocalModel model = await LocalModel.LoadAsync(location.Path, location.Options);
        return model.Memory.TotalBytes;
    }

    public ModelHost Host(ModelHostOptions? options, params ModelLocation[] models) =>
        new(new ModelList(models), (options ?? new ModelHostOptions()) with { TimeProvider = Clock });

    /// <summary>A host with room for two of the models, which are all of one size.</summary>
    public async Task<ModelHost> HostForTwo(ModelLocation[] models)
    {
        long one = await SizeOf(models[0]);
        return Host(new ModelHostOptions { MemoryBudgetBytes = one * 5 / 2 }, models);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ModelLocation At(string path, string name) =>
        new(name, path) { Options = new LocalModelOptions { Threads = 1, Parallel = 2, PrefixCacheBytes = 0, GpuLayers = 0 } };
}
