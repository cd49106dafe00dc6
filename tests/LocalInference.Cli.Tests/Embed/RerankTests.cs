using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.Embed;

public sealed class RerankTests
{
    [Fact]
    public async Task Documents_are_listed_best_first()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("rerank", "m.gguf", "x", "axb", "xxx", "none"));

        Assert.Equal(" score  index  document\n3.0000      1  xxx\n1.0000      0  axb\n0.0000      2  none\n", cli.Out);
    }

    [Fact]
    public async Task Json_and_top_and_standard_input()
    {
        using CliHarness cli = new() { Input = "no\nxyx\nx\n" };

        await cli.RunAsync("rerank", "m.gguf", "x", "--json", "--top", "2");

        JsonElement report = JsonDocument.Parse(cli.Out).RootElement;
        Assert.Equal(6, report.GetProperty("token_count").GetInt32());
        Assert.Equal("xyx x", string.Join(' ', report.GetProperty("documents").EnumerateArray().Select(static d => d.GetProperty("document").GetString())));
        Assert.Equal(1, report.GetProperty("documents")[0].GetProperty("index").GetInt32());
        Assert.Equal(2, report.GetProperty("documents")[0].GetProperty("score").GetSingle());
    }
}
