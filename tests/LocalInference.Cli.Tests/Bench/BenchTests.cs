using System.Text.Json;
using LocalInference.Cli.Bench;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.Bench;

public sealed class BenchTests
{
    [Fact]
    public async Task Json_has_medians_runs_and_the_machine()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("bench", "m.gguf", "--prompt", "64", "--generate", "10", "--repeat", "3", "--threads", "2", "--json"));

        JsonElement report = JsonDocument.Parse(cli.Out).RootElement;

        // 64 tokens in 0.5 s; 10 passes in 2 s.
        Assert.Equal([128, 128, 128], Runs(report, "prefill_tokens_per_second"));
        Assert.Equal([5, 5, 5], Runs(report, "decode_tokens_per_second"));
        Assert.Equal(128, report.GetProperty("prefill_tokens_per_second").GetProperty("median").GetDouble());
        Assert.Equal(2, report.GetProperty("threads").GetInt32());
        Assert.Equal(10_000, report.GetProperty("decode_ceiling").GetDouble());
        Assert.Equal(0.0005, report.GetProperty("decode_share_of_ceiling").GetDouble(), 9);
        Assert.Equal("A processor", report.GetProperty("machine").GetProperty("cpu").GetString());
        Assert.Equal("haswell", report.GetProperty("machine").GetProperty("cpu_variant").GetString());
    }

    [Fact]
    public async Task Runs_are_separate_greedy_and_without_a_common_beginning()
    {
        using CliHarness cli = new();

        await cli.RunAsync("bench", "m.gguf", "--prompt", "64", "--generate", "10", "--repeat", "3", "--json");

        Assert.All(cli.Model.Options, static o => Assert.True(o.IgnoreEndOfGeneration && o.Sampling.Temperature == 0));
        Assert.Equal([64, 64, 64, 64, 1, 1, 1, 1], cli.Model.PromptTokens.Select(static p => p.Length));
        Assert.Equal([1, 1, 1, 1, 11, 11, 11, 11], cli.Model.Options.Select(static o => o.MaxTokens!.Value));
        Assert.Equal(4, cli.Model.PromptTokens.Where(static p => p.Length == 64).Select(static p => p[0]).Distinct().Count());
        Assert.Equal(65, cli.Loader!.Options!.ContextLength);
        Assert.False(cli.Loader.Options.AdaptThreads);
    }

    [Fact]
    public async Task The_table_names_tests_machine_and_ceiling()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("bench", "m.gguf", "--prompt", "64", "--generate", "10", "--repeat", "2"));

        Assert.Contains("A processor", cli.Out, StringComparison.Ordinal);
        Assert.Contains("prefill      64     2    128.00  128.00   128.00    0.0%\n", cli.Out, StringComparison.Ordinal);
        Assert.Contains("memory bandwidth 10.0 GB/s, decode ceiling 10000.0 tokens/s, reached 0.1%\n", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', cli.Out);
    }

    [Fact]
    public async Task Csv_has_a_row_per_test_and_survives_a_machine_without_room_to_measure()
    {
        using CliHarness cli = new() { Bandwidth = null };

        await cli.RunAsync("bench", "a,b.gguf", "--prompt", "64", "--generate", "10", "--repeat", "1", "--threads", "1", "--csv");

        string[] rows = cli.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(3, rows.Length);
        Assert.Equal("\"a,b.gguf\",1000000,1,A processor,haswell,prefill,64,1,128.00,128.00,128.00,,", rows[1]);
        Assert.Equal("\"a,b.gguf\",1000000,1,A processor,haswell,decode,10,1,5.00,5.00,5.00,,", rows[2]);
    }

    [Fact]
    public void Medians_of_odd_and_even_counts()
    {
        Assert.Equal(2, new Rates([3, 1, 2]).Median);
        Assert.Equal(2.5, new Rates([4, 1, 3, 2]).Median);
        Assert.Equal(1.5, new Rates([1, 2, 4]).Spread);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Bandwidth_of_a_small_buffer_is_a_plausible_rate(int threads)
    {
        double rate = MemoryBandwidth.Measure(threads, 8 << 20)!.Value;

        // From a machine that is very busy to one whose cache holds the buffer.
        Assert.InRange(rate, 1e7, 2e12);
    }

    private static double[] Runs(JsonElement report, string name) =>
        [.. report.GetProperty(name).GetProperty("runs").EnumerateArray().Select(static r => r.GetDouble())];
}
