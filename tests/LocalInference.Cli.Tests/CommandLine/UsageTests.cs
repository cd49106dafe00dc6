using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.CommandLine;

public sealed class UsageTests
{
    [Theory]
    [InlineData("")]
    [InlineData("walk")]
    [InlineData("run")]
    [InlineData("run model hi --temprature 1")]
    [InlineData("run model hi --temperature -1")]
    [InlineData("run model hi --temperature NaN")]
    [InlineData("run model hi --temperature warm")]
    [InlineData("run model hi --top-p 1.5")]
    [InlineData("run model hi --min-p -0.1")]
    [InlineData("run model hi --top-k -1")]
    [InlineData("run model hi --max-tokens 0")]
    [InlineData("run model hi --seed -1")]
    [InlineData("run model hi --context 0")]
    [InlineData("run model hi --gpu-layers -1")]
    [InlineData("run model hi --threads 513")]
    [InlineData("run model hi --raw --system x")]
    [InlineData("run model hi --raw --think")]
    [InlineData("run model hi --think=perhaps")]
    [InlineData("run model hi --format xml")]
    [InlineData("run model hi --format {")]
    [InlineData("run model hi --keepalive soon")]
    [InlineData("run model hi --adapter a.gguf=loud")]
    [InlineData("run model hi --draft a.gguf --lookup")]
    [InlineData("run model hi --cache-type q3")]
    [InlineData("run model")]
    [InlineData("inspect")]
    [InlineData("inspect file --context 0")]
    [InlineData("inspect file --foo")]
    [InlineData("tokenize file")]
    [InlineData("tokenize file --foo text")]
    [InlineData("bench")]
    [InlineData("bench file --prompt 0")]
    [InlineData("bench file --repeat 0")]
    [InlineData("bench file --csv --json")]
    [InlineData("doctor --foo")]
    public async Task Wrong_usage_is_exit_code_2_with_one_line_and_a_next_step(string commandLine)
    {
        using CliHarness cli = new();

        int code = await cli.RunAsync(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(ExitCode.Usage, code);
        string[] lines = cli.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("error: ", lines[0], StringComparison.Ordinal);
        Assert.Empty(cli.Out);
    }

    [Fact]
    public async Task A_mistyped_option_is_named()
    {
        using CliHarness cli = new();

        await cli.RunAsync("run", "model", "hi", "--temprature", "1");

        Assert.Equal("error: There is no option --temprature.\nRun `localinference run --help` for what it takes.\n", cli.Error);
    }

    [Fact]
    public async Task A_number_out_of_range_is_told_its_range()
    {
        using CliHarness cli = new();

        await cli.RunAsync("run", "model", "hi", "--top-p", "1.5");

        Assert.StartsWith("error: --top-p takes a number from 0 to 1, not '1.5'.\n", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run --help")]
    [InlineData("bench --help")]
    public async Task Help_is_success_on_standard_output(string commandLine)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync(commandLine.Split(' ')));
        Assert.Contains("Usage:", cli.Out, StringComparison.Ordinal);
        Assert.Empty(cli.Error);
    }

    [Fact]
    public async Task A_prompt_may_begin_with_a_dash_behind_a_double_dash_and_with_an_at_sign()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "model", "--", "--seed"));
        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "model", "@someone", "hello"));
        Assert.Equal(["--seed", "@someone hello"], cli.Model.Prompts);
    }
}
