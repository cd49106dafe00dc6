using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.TestModels;

namespace LocalInference.Cli.Tests.Store;

public sealed class StoreCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-cli-store-").FullName;

    public StoreCommandTests()
    {
        TestModel.Write(Path.Combine(_folder, "model.gguf"), TestModelSpec.Llama);
        File.WriteAllText(Path.Combine(_folder, "Modelfile"), "FROM ./model.gguf\nSYSTEM Be brief.\nPARAMETER temperature 0.5\nTEMPLATE {{ .Prompt }}\nLICENSE MIT\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_is_created_listed_copied_shown_verified_and_removed()
    {
        (string created, string progress) = await SucceedAsync("create", "tiny", "-f", Path.Combine(_folder, "Modelfile"));
        Assert.Empty(created);
        Assert.EndsWith("writing manifest\nsuccess\n", progress, StringComparison.Ordinal);

        await SucceedAsync("cp", "tiny", "someone/other:x");
        string[] lines = (await SucceedAsync("list")).Out.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Matches("^name +id +size +modified$", lines[0]);
        Assert.Contains(lines, static line => line.StartsWith("someone/other:x  ", StringComparison.Ordinal));
        Assert.Equal(2, (await SucceedAsync("ls", "TINY")).Out.TrimEnd('\n').Split('\n').Length);

        Assert.Contains("no faults", (await SucceedAsync("verify")).Out, StringComparison.Ordinal);
        Assert.Equal("deleted 'tiny'\ndeleted 'someone/other:x'\n", (await SucceedAsync("rm", "tiny", "someone/other:x")).Out);
        Assert.Equal("name  id  size  modified\n", (await SucceedAsync("list")).Out);
    }

    [Theory]
    [InlineData("model.gguf")]
    [InlineData("")]
    public async Task A_file_or_a_folder_is_pulled_as_it_is(string file)
    {
        await SucceedAsync("pull", "local", "--from", Path.Combine(_folder, file));

        Assert.StartsWith("FROM ", (await SucceedAsync("show", "local", "--modelfile")).Out, StringComparison.Ordinal);
        Assert.Contains("no faults", (await SucceedAsync("verify")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_are_stored_as_the_flag_says()
    {
        await SucceedAsync("create", "small", "-q", "q8_0", "-f", Path.Combine(_folder, "Modelfile"));

        Assert.Matches("(?m)^quantization +Q8_0$", (await SucceedAsync("show", "small")).Out);
    }

    [Fact]
    public async Task Show_tells_all_and_each_part()
    {
        await SucceedAsync("create", "tiny", "--file", Path.Combine(_folder, "Modelfile"));

        string all = (await SucceedAsync("show", "tiny")).Out;
        Assert.Matches("(?m)^architecture +llama$", all);
        Assert.Matches("(?m)^system +Be brief.$", all);
        Assert.Equal("Be brief.\n", (await SucceedAsync("show", "tiny", "--system")).Out);
        Assert.Equal("{{ .Prompt }}\n", (await SucceedAsync("show", "tiny", "--template")).Out);
        Assert.Equal("MIT\n", (await SucceedAsync("show", "tiny", "--license")).Out);
        Assert.Equal("temperature                    0.5\n", (await SucceedAsync("show", "tiny", "--parameters")).Out);
        string modelfile = (await SucceedAsync("show", "tiny", "--modelfile")).Out;
        Assert.Matches("^FROM .*sha256-[0-9a-f]{64}\nTEMPLATE {{ .Prompt }}\nSYSTEM Be brief.\nPARAMETER temperature 0.5\nLICENSE MIT\n$", modelfile);
        await File.WriteAllTextAsync(Path.Combine(_folder, "Again"), modelfile);
        await SucceedAsync("create", "again", "-f", Path.Combine(_folder, "Again"));
        Assert.Equal(modelfile, (await SucceedAsync("show", "again", "--modelfile")).Out);
    }

    [Fact]
    public async Task List_is_told_to_programs_as_ollama_tells_it()
    {
        await SucceedAsync("create", "tiny", "-f", Path.Combine(_folder, "Modelfile"));

        JsonElement model = Assert.Single(JsonDocument.Parse((await SucceedAsync("list", "--json")).Out).RootElement.GetProperty("models").EnumerateArray());

        Assert.Equal("tiny:latest", model.GetProperty("name").GetString());
        Assert.Equal(64, model.GetProperty("digest").GetString()!.Length);
        Assert.True(model.GetProperty("size").GetInt64() > 0);
        Assert.Equal("llama", model.GetProperty("details").GetProperty("family").GetString());
        Assert.Equal("F32", model.GetProperty("details").GetProperty("quantization_level").GetString());
    }

    [Fact]
    public async Task A_damaged_store_is_failure_and_what_is_wrong_is_said()
    {
        await SucceedAsync("create", "tiny", "-f", Path.Combine(_folder, "Modelfile"));
        string weights = Directory.GetFiles(Path.Combine(_folder, "store", "blobs")).MaxBy(static path => new FileInfo(path).Length)!;
        byte[] content = await File.ReadAllBytesAsync(weights);
        content[0] ^= 1;
        await File.WriteAllBytesAsync(weights, content);
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("verify", "--models", Path.Combine(_folder, "store")));

        Assert.StartsWith("tiny:latest: The blob sha256:", cli.Out, StringComparison.Ordinal);
        Assert.Contains("error: 1 of the store's parts", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_takes_names_of_models_in_the_store()
    {
        await SucceedAsync("create", "tiny", "-f", Path.Combine(_folder, "Modelfile"));
        using CliHarness cli = new() { Store = Path.Combine(_folder, "store") };

        Assert.Equal((ExitCode.Success, ""), (await cli.RunAsync("inspect", "TINY"), cli.Error));

        Assert.Matches("(?m)^architecture +llama$", cli.Out);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("")]
    public async Task A_damaged_model_is_named_and_the_others_are_listed(string configuration)
    {
        await SucceedAsync("create", "tiny", "-f", Path.Combine(_folder, "Modelfile"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "Other"), "FROM ./model.gguf\nSYSTEM Be long.\n");
        await SucceedAsync("create", "broken", "-f", Path.Combine(_folder, "Other"));
        await DamageConfigurationAsync("broken", configuration);

        (string list, string warnings) = await SucceedAsync("list");
        (string json, string others) = await SucceedAsync("list", "--json");
        (string filtered, string none) = await SucceedAsync("list", "ti");

        Assert.StartsWith("tiny:latest  ", list.TrimEnd('\n').Split('\n')[1..].Single(), StringComparison.Ordinal);
        Assert.StartsWith("warning: broken:latest is left out: ", warnings, StringComparison.Ordinal);
        Assert.EndsWith("\nPull or create it again, or remove it with `localinference rm`.\n", warnings, StringComparison.Ordinal);
        Assert.Equal("tiny:latest", Assert.Single(JsonElement.Parse(json).GetProperty("models").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(warnings, others);
        Assert.Equal((list, ""), (filtered, none));
        Assert.Equal("deleted 'broken'\n", (await SucceedAsync("rm", "broken")).Out);
        Assert.Equal((list, ""), await SucceedAsync("list"));
    }

    [Fact]
    public async Task A_draft_is_named_as_any_model_is()
    {
        await SucceedAsync("create", "small", "-f", Path.Combine(_folder, "Modelfile"));
        using CliHarness cli = new() { Store = Path.Combine(_folder, "store") };

        Assert.Equal((ExitCode.Success, ""), (await cli.RunAsync("run", "model", "hi", "--draft", "SMALL"), cli.Error));
        Assert.StartsWith(Path.Combine(_folder, "store", "blobs", "sha256-"), cli.Loader!.Options!.DraftModelPath, StringComparison.Ordinal);

        await cli.RunAsync("run", "model", "hi", "--draft", "none");
        Assert.Equal("none", cli.Loader.Options!.DraftModelPath);
    }

    [Theory]
    [InlineData(ExitCode.Failure, "There is no model named 'none'", "push none")]
    [InlineData(ExitCode.Usage, "--from takes an address", "pull x --from /nowhere")]
    [InlineData(ExitCode.Usage, "--sha256 goes with an address", "pull x --sha256 0")]
    [InlineData(ExitCode.Usage, "--imatrix goes with --quantize", "create x -f Modelfile --imatrix x")]
    [InlineData(ExitCode.Usage, "--quantize takes the name of a type", "create x -q Q9")]
    [InlineData(ExitCode.Usage, "--limit takes", "push x --limit 0")]
    [InlineData(ExitCode.Failure, "There is no model named 'none'", "show none")]
    [InlineData(ExitCode.Failure, "There is no model named 'none'", "rm none")]
    [InlineData(ExitCode.Failure, "There is no model named 'none'", "cp none other")]
    [InlineData(ExitCode.Failure, "'../x' is no name of a model", "rm ../x")]
    [InlineData(ExitCode.Failure, "Could not find a part of the path", "create x -f /nowhere/Modelfile")]
    [InlineData(ExitCode.Usage, "--connections takes a number from 1 to 64", "pull x --connections 0")]
    [InlineData(ExitCode.Usage, "Only one part can be shown", "show x --modelfile --system")]
    public async Task Errors_are_one_line_and_a_next_step(int code, string message, string commandLine)
    {
        using CliHarness cli = new();

        Assert.Equal(code, await cli.RunAsync([.. commandLine.Split(' '), "--models", Path.Combine(_folder, "store")]));

        string[] lines = cli.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Contains(message, lines[0], StringComparison.Ordinal);
    }

    // In its full length, or cut off.
    private async Task DamageConfigurationAsync(string model, string content)
    {
        string manifest = await File.ReadAllTextAsync(Path.Combine(_folder, "store", "manifests", "registry.ollama.ai", "library", model, "latest"));
        string digest = JsonElement.Parse(manifest).GetProperty("config").GetProperty("digest").GetString()!;
        string blob = Path.Combine(_folder, "store", "blobs", digest.Replace(':', '-'));
        await File.WriteAllTextAsync(blob, content.Length > 0 ? content.PadRight((int)new FileInfo(blob).Length) : content);
    }

    private async Task<(string Out, string Error)> SucceedAsync(params string[] arguments)
    {
        using CliHarness cli = new();
        int code = await cli.RunAsync([.. arguments, "--models", Path.Combine(_folder, "store")]);
        Assert.Equal((ExitCode.Success, arguments[0]), (code, cli.Error.Contains("error", StringComparison.Ordinal) ? cli.Error : arguments[0]));
        return (cli.Out, cli.Error);
    }
}
