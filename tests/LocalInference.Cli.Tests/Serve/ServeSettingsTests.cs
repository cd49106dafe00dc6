using System.Net;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;

namespace LocalInference.Cli.Tests.Serve;

public sealed class ServeSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-serve-").FullName;
    private readonly string _model;

    public ServeSettingsTests()
    {
        _model = Path.Combine(_folder, "a=b.gguf");
        File.WriteAllText(_model, "");
    }

    [Fact]
    public async Task Models_have_the_name_of_their_file_or_another()
    {
        ServeSettings settings = await ReadAsync(new(StringComparer.Ordinal), models: [_model, $"other={_model}"]);

        Assert.Equal([("a=b", _model), ("other", _model)], settings.Models.Select(static model => (model.Name, model.Path)));
        Assert.All(settings.Models, static model => Assert.Equal(TimeSpan.FromMinutes(5), model.KeepAlive));
    }

    [Fact]
    public async Task The_environment_is_Ollamas_and_ours_goes_first()
    {
        ServeSettings settings = await ReadAsync(new(StringComparer.Ordinal)
        {
            ["OLLAMA_HOST"] = "1.1.1.1",
            ["LOCALINFERENCE_HOST"] = "2.2.2.2:5",
            ["OLLAMA_KEEP_ALIVE"] = "-1",
            ["OLLAMA_CONTEXT_LENGTH"] = "512",
            ["OLLAMA_NUM_PARALLEL"] = "3",
            ["OLLAMA_MAX_QUEUE"] = "7",
            ["OLLAMA_ORIGINS"] = "https://a.example, https://*.b.example",
            ["OLLAMA_DEBUG"] = "1",
            ["OLLAMA_KV_CACHE_TYPE"] = "q8_0",
            ["OLLAMA_FLASH_ATTENTION"] = "true",
            ["OLLAMA_MAX_LOADED_MODELS"] = "2",
            ["OLLAMA_GPU_OVERHEAD"] = "5000000000",
            ["OLLAMA_NOPRUNE"] = "1",
        });

        Assert.Equal(IPEndPoint.Parse("2.2.2.2:5"), settings.Address);
        ModelLocation model = Assert.Single(settings.Models);
        Assert.Equal(Timeout.InfiniteTimeSpan, model.KeepAlive);
        Assert.Equal((512, 3, 7), (model.Options.ContextLength, model.Options.Parallel, model.Options.QueueLimit));
        Assert.Equal(["https://a.example", "https://*.b.example"], settings.Origins.AllowedOrigins);
        Assert.True(settings.IsVerbose);
        Assert.Equal((KvCacheType.Q8_0, KvCacheType.Q8_0, true, 5_000_000_000), (model.Options.KeyType, model.Options.ValueType, model.Options.FlashAttention, model.Options.GpuReserveBytes));
        Assert.Equal((2, true), (settings.MaxLoadedModels, settings.KeepsUnusedBlobs));
    }

    [Fact]
    public async Task A_variable_that_is_empty_or_no_changes_nothing()
    {
        ServeSettings settings = await ReadAsync(new(StringComparer.Ordinal)
        {
            ["LOCALINFERENCE_HOST"] = "",
            ["OLLAMA_HOST"] = "1.1.1.1:9",
            ["OLLAMA_KV_CACHE_TYPE"] = "",
            ["OLLAMA_FLASH_ATTENTION"] = "false",
            ["OLLAMA_MAX_LOADED_MODELS"] = "0",
            ["OLLAMA_GPU_OVERHEAD"] = "0",
            ["OLLAMA_NOPRUNE"] = "0",
        });

        Assert.Equal(IPEndPoint.Parse("1.1.1.1:9"), settings.Address);
        Assert.Equal(new LocalModelOptions { FlashAttention = false }, settings.Loading);
        Assert.Null(settings.MaxLoadedModels);
        Assert.False(settings.KeepsUnusedBlobs);
    }

    [Fact]
    public async Task The_command_line_goes_before_the_environment()
    {
        ServeSettings settings = await ReadAsync(
            new(StringComparer.Ordinal) { ["LOCALINFERENCE_HOST"] = "2.2.2.2", ["OLLAMA_KEEP_ALIVE"] = "1h", ["OLLAMA_CONTEXT_LENGTH"] = "512" },
            host: "3.3.3.3:1",
            keepAlive: "30",
            options: new LocalModelOptions { ContextLength = 99 });

        Assert.Equal(IPEndPoint.Parse("3.3.3.3:1"), settings.Address);
        Assert.Equal((TimeSpan.FromSeconds(30), 99), (settings.Models[0].KeepAlive, settings.Models[0].Options.ContextLength));
    }

    [Theory]
    [InlineData("https://1.1.1.1:9", true)]
    [InlineData("http://1.1.1.1:9", false)]
    public async Task The_address_says_whether_there_is_TLS(string host, bool isSecure)
    {
        ServeSettings settings = await ReadAsync(new(StringComparer.Ordinal) { ["OLLAMA_HOST"] = host });

        Assert.Equal((IPEndPoint.Parse("1.1.1.1:9"), isSecure), (settings.Address, settings.IsSecure));
    }

    [Theory]
    [InlineData("OLLAMA_KEEP_ALIVE", "soon")]
    [InlineData("OLLAMA_CONTEXT_LENGTH", "4k")]
    [InlineData("OLLAMA_HOST", "1.1.1.1:x")]
    [InlineData("OLLAMA_KV_CACHE_TYPE", "q3")]
    [InlineData("OLLAMA_GPU_OVERHEAD", "1GB")]
    public async Task What_cannot_be_read_is_named(string variable, string value)
    {
        CliException error = await Assert.ThrowsAsync<CliException>(() => ReadAsync(new(StringComparer.Ordinal) { [variable] = value }));

        Assert.Contains(value, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_models_of_one_name_are_named()
    {
        string other = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName, "a=b.gguf");
        await File.WriteAllTextAsync(other, "");

        CliException error = await Assert.ThrowsAsync<CliException>(() => ReadAsync(new(StringComparer.Ordinal), models: [_model, other]));

        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains($"'a=b': '{_model}' and '{other}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("NAME=PATH", error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_named() =>
        Assert.Contains("nothing.gguf", (await Assert.ThrowsAsync<CliException>(() => ReadAsync(new(StringComparer.Ordinal), models: ["x=nothing.gguf"]))).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<ServeSettings> ReadAsync(
        Dictionary<string, string> variables,
        string? host = null,
        string[]? models = null,
        string? keepAlive = null,
        LocalModelOptions? options = null) =>
        ServeSettings.ReadAsync(variables.GetValueOrDefault, host, models ?? [_model], keepAlive, options ?? new LocalModelOptions(), CancellationToken.None);
}
