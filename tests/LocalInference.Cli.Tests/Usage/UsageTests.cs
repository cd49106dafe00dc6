using System.Diagnostics;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Providers;

namespace LocalInference.Cli.Tests.Usage;

public sealed class UsageTests(ModelFixture models) : IClassFixture<ModelFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-usage-").FullName;

    private string Settings => Path.Combine(_folder, "localinference.json");

    private string Ledger => Path.Combine(_folder, "usage.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sums_are_told_apart_by_what_is_asked()
    {
        await WriteAsync();
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("usage", "--settings", Settings, "--by", "caller"));

        Assert.Equal(
            """
            caller  requests  prompt tokens  of them cached  generated tokens  cost  unpriced
            ann            2             30               4                 9  0.75         0
            bob            1              5               0                 1  0.00         1

            """.ReplaceLineEndings("\n"),
            cli.Out);
    }

    [Fact]
    public async Task Times_bound_what_is_added_up()
    {
        await WriteAsync();
        using CliHarness cli = new();

        await cli.RunAsync("usage", "--settings", Settings, "--since", "2026-11-02T00:00:00Z", "--until", "2026-11-03T00:00:00Z", "--json");

        JsonElement sum = Assert.Single(JsonElement.Parse(cli.Out).GetProperty("sums").EnumerateArray());
        Assert.Equal(("2026-11-02", "openai/gpt", 1, 20), (sum.GetProperty("day").GetString(), sum.GetProperty("model").GetString(), sum.GetProperty("requests").GetInt32(), sum.GetProperty("prompt_tokens").GetInt32()));
    }

    [Fact]
    public async Task Every_request_is_a_line_of_CSV()
    {
        await WriteAsync();
        using CliHarness cli = new();

        await cli.RunAsync("usage", "--settings", Settings, "--csv");

        string[] lines = cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("time,", lines[0], StringComparison.Ordinal);
        Assert.Contains("bob", lines[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "The settings name no ledger.")]
    [InlineData("""{"Usage":{"Ledger":"/nowhere/at/all/usage.db"}}""", "The ledger cannot be read")]
    public async Task What_cannot_be_read_is_said(string settings, string expected)
    {
        await File.WriteAllTextAsync(Settings, settings);
        using CliHarness cli = new();

        Assert.NotEqual(ExitCode.Success, await cli.RunAsync("usage", "--settings", Settings));
        Assert.Contains(expected, cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_that_is_none_is_wrong_usage()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("usage", "--since", "yesterday-ish"));
        Assert.Contains("--since takes a date", cli.Error, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_server_writes_what_its_models_answer()
    {
        await File.WriteAllTextAsync(Settings, $$"""{"Usage":{"Ledger":"{{Ledger}}"} }""");
        CliProcess serve = await CliProcess.RunAsync("dotnet", [CliProcess.Assembly, "serve", "--model", $"tiny={models.Chat}", "--host", "127.0.0.1:0", "--settings", Settings], input: null, AskAsync);
        Assert.Equal(ExitCode.Success, serve.ExitCode);

        CliProcess usage = await CliProcess.RunAsync("usage", "--settings", Settings, "--by", "model", "--json");

        JsonElement sum = Assert.Single(JsonElement.Parse(usage.Out).GetProperty("sums").EnumerateArray());
        Assert.Equal(("tiny", 2, 6), (sum.GetProperty("model").GetString(), sum.GetProperty("requests").GetInt32(), sum.GetProperty("generated_tokens").GetInt32()));

        static async Task AskAsync(Process process)
        {
            string line = (await process.StandardError.ReadLineAsync())!;
            using var client = new HttpClient { BaseAddress = new Uri(line[(line.LastIndexOf(' ') + 1)..]) };
            foreach (string stream in (string[])["false", "true"])
            {
                using var question = new StringContent($$"""{"model":"tiny","messages":[{"role":"user","content":"Hi"}],"stream":{{stream}},"options":{"num_predict":3,"temperature":0} }""");
                (await client.PostAsync("/api/chat", question)).EnsureSuccessStatusCode();
            }

            using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await kill.WaitForExitAsync();
        }
    }

    private async Task WriteAsync()
    {
        await File.WriteAllTextAsync(Settings, $$"""{"LocalInference":{"Usage":{"Ledger":"{{Ledger}}"} } }""");
        await using UsageLedger ledger = new(Ledger);
        ledger.TryAdd(Entry(1, "ann", "openai/gpt", prompt: 10, generated: 4, cost: 0.25m) with { CachedPromptTokens = 4 });
        ledger.TryAdd(Entry(2, "ann", "openai/gpt", prompt: 20, generated: 5, cost: 0.5m));
        ledger.TryAdd(Entry(3, "bob", "tiny", prompt: 5, generated: 1, cost: null));
        await ledger.FlushAsync();
    }

    private static UsageEntry Entry(int day, string caller, string model, int prompt, int generated, decimal? cost) => new()
    {
        Time = new DateTimeOffset(2026, 11, day, 12, 0, 0, TimeSpan.Zero),
        Caller = caller,
        Requested = model,
        Model = model,
        Provider = "x",
        Operation = "chat",
        Outcome = "ok",
        PromptTokens = prompt,
        GeneratedTokens = generated,
        Cost = cost,
        Duration = TimeSpan.FromSeconds(1),
    };
}
