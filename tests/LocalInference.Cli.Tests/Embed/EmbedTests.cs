using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.Embed;

public sealed class EmbedTests
{
    [Fact]
    public async Task A_vector_is_a_line()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("embed", "m.gguf", "a", "bcd"));

        Assert.Equal("[1.5,1.5,1.5]\n[3.5,3.5,3.5]\n", cli.Out);
        EmbeddingRequest request = Assert.Single(cli.Model.Embedded);
        Assert.Equal((null, null, true, TextTruncation.Error), (request.Pooling, request.Dimensions, request.Normalize, request.Truncation));
        Assert.True(cli.Model.IsDisposed);
    }

    [Fact]
    public async Task Lines_of_standard_input_are_texts_and_empty_ones_are_not()
    {
        using CliHarness cli = new() { Input = "one\n\ntwo words\r\n" };

        Assert.Equal(ExitCode.Success, await cli.RunAsync("embed", "m.gguf", "--dimensions", "1"));

        Assert.Equal("[3.5]\n[9.5]\n", cli.Out);
    }

    [Fact]
    public async Task Options_reach_the_model()
    {
        using CliHarness cli = new();

        await cli.RunAsync("embed", "m.gguf", "a", "--pooling", "last", "--dimensions", "2", "--no-normalize", "--truncate", "start");

        EmbeddingRequest request = Assert.Single(cli.Model.Embedded);
        Assert.Equal((EmbeddingPooling.Last, 2, false, TextTruncation.Start), (request.Pooling, request.Dimensions, request.Normalize, request.Truncation));
    }

    [Fact]
    public async Task Json_says_tokens_and_vectors()
    {
        using CliHarness cli = new();

        await cli.RunAsync("embed", "m.gguf", "ab", "c", "--json");

        JsonElement report = JsonDocument.Parse(cli.Out).RootElement;
        Assert.Equal(("fake", 3, 3), (report.GetProperty("model").GetString(), report.GetProperty("dimensions").GetInt32(), report.GetProperty("token_count").GetInt32()));
        Assert.Equal(2, report.GetProperty("embeddings")[0].GetProperty("token_count").GetInt32());
        Assert.Equal([1.5f, 1.5f, 1.5f], report.GetProperty("embeddings")[1].GetProperty("vector").EnumerateArray().Select(v => v.GetSingle()));
    }

    [Theory]
    [InlineData("--pooling", "median")]
    [InlineData("--dimensions", "0")]
    [InlineData("--truncate", "middle")]
    public async Task A_bad_value_is_wrong_usage(string option, string value)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("embed", "m.gguf", "a", option, value));

        Assert.Empty(cli.Model.Embedded);
    }

    [Fact]
    public async Task A_person_at_the_terminal_is_told_that_texts_are_missing()
    {
        using CliHarness cli = new() { AtTerminal = true };

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("embed", "m.gguf"));

        Assert.Contains("TEXT", cli.Error, StringComparison.Ordinal);
    }
}
