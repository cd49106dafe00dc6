using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Cli.Tests.Inspect;

public sealed class InspectTests(ModelFixture models) : IClassFixture<ModelFixture>
{
    [Fact]
    public async Task The_view_shows_model_memory_tensors_and_shortened_metadata()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("inspect", models.Completion, "--context", "256"));

        Assert.Contains("architecture    llama\n", cli.Out, StringComparison.Ordinal);
        Assert.Contains("heads           4 (4 for keys and values)\n", cli.Out, StringComparison.Ordinal);

        // 2 layers x 4 heads x 16 elements x key and value x 2 bytes x 256 cells.
        Assert.Contains("Memory for 256 tokens of context (estimate)\n", cli.Out, StringComparison.Ordinal);
        Assert.Contains("kv cache        128 KiB (f16)\n", cli.Out, StringComparison.Ordinal);
        Assert.Matches(@"tokenizer\.ggml\.tokens +string\[\] +\["".*, …\] \(512\)\n", cli.Out);
        Assert.DoesNotContain('\e', cli.Out);
        Assert.Empty(cli.Error);
    }

    [Fact]
    public async Task A_terminal_gets_tables_with_lines()
    {
        using CliHarness cli = new() { AtTerminal = true };

        Assert.Equal(ExitCode.Success, await cli.RunAsync("inspect", models.Completion));

        Assert.Contains("╭", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_lists_every_tensor_and_counts_every_array()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("inspect", models.Chat, "--json"));

        using GgufFile file = GgufFile.Open(models.Chat);
        JsonElement report = JsonDocument.Parse(cli.Out).RootElement;
        Assert.Equal(file.Tensors.Length, report.GetProperty("tensors").GetArrayLength());
        Assert.Equal(file.Tensors.Sum(static t => t.ElementCount), report.GetProperty("parameter_count").GetInt64());
        Assert.Equal(file.Metadata.Count, report.GetProperty("metadata").EnumerateObject().Count());
        JsonElement tokens = report.GetProperty("metadata").GetProperty("tokenizer.ggml.tokens");
        Assert.Equal(512, tokens.GetProperty("count").GetInt32());
        Assert.True(report.GetProperty("has_chat_template").GetBoolean());
        Assert.Equal(file.Metadata["tokenizer.chat_template"].AsString(), report.GetProperty("metadata").GetProperty("tokenizer.chat_template").GetString());
        JsonElement memory = report.GetProperty("memory");
        Assert.Equal(memory.GetProperty("weight_bytes").GetInt64() + memory.GetProperty("kv_cache_bytes").GetInt64() + memory.GetProperty("compute_buffer_bytes").GetInt64(), memory.GetProperty("total_bytes").GetInt64());
    }

    [Fact]
    public async Task Every_architecture_can_be_inspected()
    {
        foreach (TestModelSpec spec in TestModelSpec.AllTiny)
        {
            using CliHarness cli = new();

            Assert.Equal(ExitCode.Success, await cli.RunAsync("inspect", TestModel.WriteTo(models.Folder, spec), "--json"));
            Assert.Equal(spec.Name, JsonDocument.Parse(cli.Out).RootElement.GetProperty("name").GetString());
        }
    }

    [Fact]
    public async Task A_missing_file_is_failure_with_one_line_and_a_next_step()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("inspect", "nothing.gguf"));
        Assert.Equal("error: No file at 'nothing.gguf', and no model of that name.\nCheck the path, or see `localinference list` for names.\n", cli.Error);
    }

    [Fact]
    public async Task A_folder_is_failure()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("inspect", models.Folder));
        Assert.EndsWith("Give the path of a .gguf file in it.\n", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_failure_with_the_readers_reason()
    {
        string path = Path.Combine(models.Folder, "text.gguf");
        await File.WriteAllTextAsync(path, "This is not a model, just text that is long enough for a header.");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("inspect", path));
        string[] lines = cli.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.DoesNotContain(lines[1], lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 256)]
    [InlineData(256, 256)]
    [InlineData(257, 512)]
    public void The_cache_is_estimated_for_whole_blocks_of_256_cells(int contextLength, int cells)
    {
        using GgufFile file = GgufFile.Open(models.Completion);

        MemoryEstimate estimate = MemoryEstimate.Of(file, contextLength);

        Assert.Equal(2 * 4 * 16 * 2 * 2 * cells, estimate.KeyValueCacheBytes);
        Assert.Equal(file.Tensors.Sum(static t => t.ByteLength), estimate.WeightBytes);
        Assert.Equal(contextLength, estimate.ContextLength);
    }

    [Theory]
    [InlineData(512, 1.64)]
    [InlineData(8192, 9.14)]
    public void Compute_buffers_are_estimated_a_little_above_what_llama_cpp_logs(int contextLength, double loggedMebibytes)
    {
        using GgufFile file = GgufFile.Open(TestModel.WriteTo(models.Folder, TestModelSpec.Gemma3));

        long estimate = MemoryEstimate.Of(file, contextLength).ComputeBufferBytes!.Value;

        Assert.InRange(estimate / (1024.0 * 1024), loggedMebibytes, loggedMebibytes * 1.1);
    }

    [Fact]
    public void An_estimate_for_no_context_is_refused()
    {
        using GgufFile file = GgufFile.Open(models.Completion);

        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryEstimate.Of(file, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryEstimate.Of(file, 1, 0));
    }
}
