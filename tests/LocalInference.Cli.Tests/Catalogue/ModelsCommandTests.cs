using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.Catalogue;

public sealed class ModelsCommandTests
{
    [Fact]
    public async Task What_suits_a_machine_is_said_with_reasons()
    {
        using CliHarness cli = new();

        Assert.Equal((ExitCode.Success, ""), (await cli.RunAsync("models", "recommend", "--task", "coding", "--profile", "GPU-16gb"), cli.Error));

        Assert.StartsWith("gpt-oss-20b  (apache-2.0)\n  It needs ", cli.Out, StringComparison.Ordinal);
        Assert.Contains("  All of it is on the GPUs.\n", cli.Out, StringComparison.Ordinal);
        Assert.EndsWith("Get the first: localinference pull gpt-oss-20b\n", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_are_told_what_a_model_needs_at_which_context()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("models", "list", "--json"));

        JsonElement small = JsonElement.Parse(cli.Out).GetProperty("models")[0];
        Assert.Equal("smollm2-135m", small.GetProperty("name").GetString());

        // The weights, 23,040 bytes of keys and values for each token, 512 MiB of buffers.
        Assert.Equal([(4096, 105_454_432 + (23_040L * 4096) + (512 << 20)), (8192, 105_454_432 + (23_040L * 8192) + (512 << 20))],
            small.GetProperty("memory").EnumerateArray().Select(static need => (need.GetProperty("context").GetInt32(), need.GetProperty("bytes").GetInt64())));
    }

    [Fact]
    public async Task A_machine_that_nobody_knows_is_wrong_usage()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("models", "recommend", "--profile", "abacus"));

        Assert.Contains("apple-16gb", cli.Error, StringComparison.Ordinal);
    }
}
