using System.Net;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Server;
using LocalInference.TestModels;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

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
        await _store.CreateAsync("tiny", Modelfile.Load(modelfile), new CreateOptions { Folder = _folder });
        _server = Create(_store);
        await _server.StartAsync();

        // Commands give a server two seconds, which the first answer of a process may take on a busy machine.
        using var client = new HttpClient();
        await client.GetStringAsync(new Uri($"{_server.Urls.Single()}/api/version"));
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
        Assert.Equal(["name", "second:latest", "tiny:latest"], list.TrimEnd('\n').Split('\n').Select(static line => line.Split(' ')[0]).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal((0, "Be brief.\n"), await RunAsync("show", "tiny", "--system"));
        Assert.Matches("(?m)^architecture +llama$", (await RunAsync("show", "TINY")).Text);
        Assert.Equal((0, "deleted 'second'\n"), await RunAsync("rm", "second"));
        Assert.Equal(["tiny:latest"], _store.List().Select(static model => model.Name), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_model_is_run_where_it_is()
    {
        using CliHarness cli = new() { Variables = Variables };

        Assert.Equal((ExitCode.Success, ""), (await cli.RunAsync("run", "tiny", "Hi", "--max-tokens", "3", "--temperature", "0", "--json"), cli.Error));
        (int code, string again) = await RunAsync("run", "tiny", "Hi", "--max-tokens", "3", "--temperature", "0", "--json");

        JsonElement end = JsonElement.Parse(cli.Out.TrimEnd('\n').Split('\n')[^1]);
        Assert.Equal((true, 3, "length"), (end.GetProperty("done").GetBoolean(), end.GetProperty("eval_count").GetInt32(), end.GetProperty("done_reason").GetString()));
        Assert.Equal((0, 3), (code, JsonElement.Parse(again.TrimEnd('\n').Split('\n')[^1]).GetProperty("eval_count").GetInt32()));
        Assert.Null(cli.Loader!.Path);
        Assert.Equal("tiny:latest", Assert.Single(_server.Services.GetRequiredService<IRuntimeStatus>().GetLoadedModels()).Name);

        // What says how it is loaded is done here.
        using CliHarness here = new() { Variables = Variables };
        await here.RunAsync("run", "tiny", "Hi", "--context", "64");
        Assert.Equal("tiny", here.Loader!.Path);
    }

    [Fact]
    public async Task A_model_thinks_and_keeps_to_a_form_where_it_is()
    {
        await _store.CreateAsync("thinker", Modelfile.Parse("FROM tiny\nRENDERER qwen3\nPARSER qwen3\n"));
        using CliHarness cli = new() { Variables = Variables };

        Assert.Equal(
            (ExitCode.Success, ""),
            (await cli.RunAsync("run", "thinker", "Hi", "--think", "--format", "json", "--max-tokens", "5", "--temperature", "0", "--keepalive", "1h", "--json"), cli.Error));
        (int code, string error) = await RunAsync("run", "tiny", "Hi", "--think");

        Assert.True(JsonElement.Parse(cli.Out.TrimEnd('\n').Split('\n')[^1]).GetProperty("done").GetBoolean());
        Assert.Equal(ExitCode.Failure, code);
        Assert.StartsWith("error: 'tiny' does not support thinking.\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_model_is_left_out_of_the_list_and_the_server_logs_it_once()
    {
        await _store.CreateAsync("broken", Modelfile.Parse("FROM tiny\nSYSTEM Be long.\n"));
        string blob = Path.Combine(_store.Own.Root.Blobs, _store.FindEntry(ModelName.Parse("broken"))!.Manifest.Config.Digest.FileName);
        await File.WriteAllTextAsync(blob, "{".PadRight((int)new FileInfo(blob).Length));
        Action<string, StoreException> log = _store.LeftOut!;
        List<string> logged = [];
        _store.LeftOut = (name, fault) =>
        {
            logged.Add(name);
            log(name, fault);
        };

        (int code, string list) = await RunAsync("list");
        Assert.Equal((0, list), await RunAsync("list"));

        Assert.Equal(0, code);
        Assert.Contains("tiny:latest", list, StringComparison.Ordinal);
        Assert.DoesNotContain("broken", list, StringComparison.Ordinal);
        Assert.Equal("broken:latest", Assert.Single(logged));
        Assert.Equal((0, "deleted 'broken'\n"), await RunAsync("rm", "broken"));
    }

    [Fact]
    public async Task A_model_is_made_where_the_server_is_of_files_that_lie_here()
    {
        string folder = Path.Combine(_folder, "recipe");
        Directory.CreateDirectory(folder);
        TestModel.WriteTo(folder, TestModelSpec.Qwen2);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Modelfile"),
            $"""
            FROM ./{TestModelSpec.Qwen2.Name}.gguf
            TEMPLATE {"{{ .Prompt }}"}
            SYSTEM Be kind.
            PARAMETER stop A
            PARAMETER stop B
            PARAMETER temperature 0.5
            MESSAGE user Hi
            MESSAGE assistant Hello.
            LICENSE MIT
            """);
        string[] create = ["create", "made", "-f", Path.Combine(folder, "Modelfile")];

        Assert.Equal(0, (await RunAsync(create)).Code);
        using ModelStore here = ModelStore.Open(new ModelStoreOptions { Directory = Path.Combine(_folder, "here"), ReadOnlyDirectories = [] });
        await here.CreateAsync("made", Modelfile.Load(create[^1]), new CreateOptions { Folder = folder });

        // All but the file's name, which nobody tells a server.
        Assert.Equal(
            here.GetModelfile("made").Print().Replace(Path.Combine(_folder, "here"), Path.Combine(_folder, "store"), StringComparison.Ordinal),
            _store.GetModelfile("made").Print());

        // A second time nothing is sent, and of a model that is there another one is made.
        await File.WriteAllTextAsync(Path.Combine(folder, "Other"), "FROM made\nSYSTEM Be short.\n");
        Assert.Equal(0, (await RunAsync(create)).Code);
        Assert.Equal(0, (await RunAsync("create", "other", "-f", Path.Combine(folder, "Other"))).Code);
        Assert.Equal((0, "Be short.\n"), await RunAsync("show", "other", "--system"));
    }

    [Theory]
    [InlineData("FROM tiny\nADAPTER ./none.gguf\n", "There is no file './none.gguf'.")]
    [InlineData("FROM ./none\n", "There is no file './none'.")]
    [InlineData("FROM tiny\nFROM ./Modelfile\n", "A server cannot be asked for a model of another one and more.")]
    [InlineData("FROM ./Modelfile\n", "cannot be made a model")]
    public async Task What_no_model_can_be_made_of_is_said(string recipe, string message)
    {
        string path = Path.Combine(_folder, "Modelfile");
        await File.WriteAllTextAsync(path, recipe);

        (int code, string error) = await RunAsync("create", "bad", "-f", path);

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Null(_store.Find("bad"));
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
        Assert.Null(await Cli.Store.RunningServer.FindOursAsync(name => name == "OLLAMA_HOST" ? without.Urls.Single() : null, TextWriter.Null, CancellationToken.None));
    }

    private Dictionary<string, string> Variables => new(StringComparer.Ordinal) { ["OLLAMA_HOST"] = _server.Urls.Single() };

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
        using CliHarness cli = new() { Variables = Variables };
        int code = await cli.RunAsync(arguments);
        return (code, code == 0 ? cli.Out : cli.Error);
    }
}
