using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Text;

namespace LocalInference.Cli.Tests.Grammar;

public sealed class GrammarTests : IDisposable
{
    private readonly string _schema = Path.GetTempFileName();

    public void Dispose() => File.Delete(_schema);

    [Fact]
    public async Task A_schema_an_expression_and_a_list_become_grammars()
    {
        File.WriteAllText(_schema, """{"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}""");

        Assert.Contains("\"\\\"a\\\"\" space \":\" space boolean", await Print("--schema", _schema), StringComparison.Ordinal);
        Assert.Equal("root ::= \"a\"+ [0-9]\n", await Print("--regex", @"a+\d"));
        Assert.Equal("root ::= \"yes\" | \"no\"\n", await Print("--choices", "yes,no"));
    }

    [Fact]
    public async Task Strict_reading_names_the_keyword_and_its_place()
    {
        File.WriteAllText(_schema, """{"items": {"type": "array", "uniqueItems": true}}""");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("grammar", "--schema", _schema));
        Assert.Equal(ExitCode.Failure, await cli.RunAsync("grammar", "--schema", _schema, "--strict"));

        Assert.StartsWith("error: uniqueItems cannot be kept by a grammar", cli.Error, StringComparison.Ordinal);
        Assert.Contains("(at #/items/uniqueItems)\n", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(a", "(at 1:1)")]
    [InlineData(@"(a)\1", "(at 1:4)")]
    public async Task An_expression_that_cannot_be_written_is_a_failure(string expression, string place)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("grammar", "--regex", expression));

        Assert.Empty(cli.Out);
        Assert.Contains(place, cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--regex", "a", "--choices", "a")]
    [InlineData("--regex", "a", "--strict")]
    public async Task Anything_but_one_source_is_wrong_usage(params string[] arguments)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync(["grammar", .. arguments]));

        Assert.Contains("localinference grammar --help", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("grammar", "--schema", "/nowhere/schema.json"));

        Assert.Contains("/nowhere/schema.json", cli.Error, StringComparison.Ordinal);
    }

    private static async Task<string> Print(params string[] arguments)
    {
        using CliHarness cli = new();
        Assert.Equal(ExitCode.Success, await cli.RunAsync(["grammar", .. arguments]));
        Assert.Empty(cli.Error);
        GbnfGrammar.Parse(cli.Out);
        return cli.Out;
    }
}
