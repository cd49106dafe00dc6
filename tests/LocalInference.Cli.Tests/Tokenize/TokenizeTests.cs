using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.Tokenize;

public sealed class TokenizeTests
{
    [Fact]
    public async Task Ids_and_pieces_are_listed_and_bytes_that_are_no_text_in_hexadecimal()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("tokenize", "m.gguf", "a\né"));

        Assert.Equal(" id  piece\n 97  \"a\"\n 10  \"\\n\"\n195  0xC3\n169  0xA9\n", cli.Out);
    }

    [Fact]
    public async Task Json_counts()
    {
        using CliHarness cli = new();

        await cli.RunAsync("tokenize", "m.gguf", "é!", "--json");

        JsonElement report = JsonDocument.Parse(cli.Out).RootElement;
        Assert.Equal(3, report.GetProperty("count").GetInt32());
        Assert.Equal("C3", report.GetProperty("tokens")[0].GetProperty("bytes").GetString());
        Assert.Equal("!", report.GetProperty("tokens")[2].GetProperty("piece").GetString());
        Assert.Equal(33, report.GetProperty("tokens")[2].GetProperty("id").GetInt32());
    }
}
