using System.Net;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Server;
using LocalInference.TestModels;
using Microsoft.AspNetCore.Builder;

namespace LocalInference.Cli.Tests.Store;

/// <summary>The commands about models where a server of ours has them.</summary>
public sealed class RemoteStoreTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-cli-remote-").FullName;
    private ModelStore _store = null!;
    private WebApplication _server = null!;

    public async Task InitializeAsync()
    {
        string path = TestModel.WriteTo(_folder, TestModelSpec.Llama);
        string modelfile = Path.Combine(_folder, "Modelfile");
        await File.WriteAllTextAsync(modelfile, $"FROM {path}\nSYSTEM Be brief.\n");
        _store = ModelStore.Open(new ModelStoreOptions { Directory = Path.Combine(_folder, "store"), ReadOnlyDirectories = [] });
        await _store.CreateAsync("tiny", Abstractions.Modelfile.Load(modelfile));
        _server = Create(_store);
        await _server.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Commands_do_over_a_server_what_they_do_over_a_folder()
    {
        Assert.Equal((0, "copied 'tiny' to 'second'\n"), await RunAsync("cp", "tiny", "second"));
        (int code, string list) = await RunAsync("list");
        Assert.Equal(0, code);
        Assert.Equal(["name", "second:latest", "tiny:latest"], list.TrimEnd('\n').Split('\n').Select(static line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.Equal((0, "Be brief.\n"), await RunAsync("show", "tiny", "--system"));
        Assert.Matches("(?m)^architecture +llama$", (await RunAsync("show", "TINY")).Text);
        Assert.Equal((0, "deleted 'second'\n"), await RunAsync("rm", "second"));
        Assert.Equal(["tiny:latest"], _store.List().Select(static model => model.Name));
    }

    [Theory]
    [InlineData("model 'none' not found", "rm none")]
    [InlineData("model 'none' not found", "show none")]
    [InlineData("not found", "cp none other")]
    [InlineData("none", "push none")]
    [InlineData("invalid model name", "pull ../x")]
    public async Task What_the_server_refuses_is_said(string message, string commandLine)
    {
        (int code, string error) = await RunAsync(commandLine.Split(' '));

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_a_store_is_left_alone()
    {
        await using WebApplication without = Create(store: null);
        await without.StartAsync();
        using CliHarness cli = new() { Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["OLLAMA_HOST"] = without.Urls.Single() } };

        Assert.Equal(ExitCode.Success, await cli.RunAsync("list", "--models", Path.Combine(_folder, "store")));
        Assert.Null(await Cli.Store.RunningServer.FindOursAsync(name => name == "OLLAMA_HOST" ? without.Urls.Single() : null, CancellationToken.None));
    }

    private static WebApplication Create(ModelStore? store) => ServerApplication.Create(
        new ServeSettings
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            Models = [],
            Loading = new LocalModelOptions(),
            KeepAlive = TimeSpan.FromMinutes(1),
            Origins = new RequestOriginOptions(),
        },
        store);

    private async Task<(int Code, string Text)> RunAsync(params string[] arguments)
    {
        using CliHarness cli = new() { Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["OLLAMA_HOST"] = _server.Urls.Single() } };
        int code = await cli.RunAsync(arguments);
        return (code, code == 0 ? cli.Out : cli.Error);
    }
}
