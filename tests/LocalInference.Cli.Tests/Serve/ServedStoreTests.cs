using LocalInference.Abstractions;
using LocalInference.Cli.Serve;
using LocalInference.TestModels;

namespace LocalInference.Cli.Tests.Serve;

public sealed class ServedStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-served-").FullName;
    private readonly ModelStore _store;

    public ServedStoreTests() => _store = ModelStore.Open(new ModelStoreOptions { Directory = Path.Combine(_folder, "store"), ReadOnlyDirectories = [] });

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("", null, null, null)]
    [InlineData("", null, 512, 512)]
    [InlineData("PARAMETER num_ctx 128", null, 512, 128)]
    [InlineData("PARAMETER num_ctx 128", 99, 512, 99)]
    public async Task The_command_line_goes_before_the_model_and_the_model_before_the_environment(string recipe, int? flag, int? variable, int? contextLength)
    {
        await CreateAsync(recipe);
        ServedStore served = new(_store, new LocalModelOptions { ContextLength = flag }, variable, TimeSpan.FromMinutes(1));

        ModelLocation model = (await served.FindAsync("tiny", CancellationToken.None))!;

        Assert.Equal((contextLength, TimeSpan.FromMinutes(1)), (model.Options.ContextLength, model.KeepAlive));
        Assert.Equal(contextLength, Assert.Single(await served.ListAsync(CancellationToken.None)).Options.ContextLength);
    }

    [Fact]
    public async Task A_model_is_loaded_as_its_recipe_says()
    {
        await CreateAsync("PARAMETER num_batch 64\nPARAMETER use_mmap false\nPARAMETER num_gpu 3\nPARAMETER num_thread 1");
        ServedStore served = new(_store, new LocalModelOptions { Parallel = 2 }, contextLength: null, TimeSpan.Zero);

        LocalModelOptions options = (await served.FindAsync("tiny", CancellationToken.None))!.Options;

        Assert.Equal((64, false, 3, 1, 2), (options.BatchSize, options.UseMemoryMapping, options.GpuLayers, options.Threads, options.Parallel));
    }

    private async Task CreateAsync(string parameters)
    {
        string path = TestModel.WriteTo(_folder, TestModelSpec.Llama);
        await _store.CreateAsync("tiny", Modelfile.Parse($"FROM {path}\n{parameters}"), new CreateOptions { Folder = _folder });
    }
}
