using System.Globalization;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Cli.Tests.Conversion;

public sealed class ConversionCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-cli-conversion-").FullName;
    private readonly string _model;

    public ConversionCommandTests() => _model = TestModel.WriteTo(_folder, TestModelSpec.Llama);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_is_quantized_and_merged()
    {
        TestAdapter.Write(At("style.gguf"), TestModelSpec.Llama, seed: 1);

        string quantized = await SucceedAsync("quantize", _model, At("q8.gguf"), "--type", "q8_0", "--threads", "1");
        string merged = await SucceedAsync("merge", At("q8.gguf"), At("merged.gguf"), "--adapter", At("style.gguf") + "=0.5");
        await SucceedAsync("merge", _model, At("f16.gguf"), "--adapter", At("style.gguf"), "--type", "F16");

        Assert.Matches(@"^wrote .*q8\.gguf \(\d+ KiB\)\n$", quantized);
        Assert.Matches(@"^wrote .*merged\.gguf \(\d+ KiB\)\n$", merged);
        Assert.Equal(GgufTensorType.Q8_0, TypeIn("q8.gguf"));
        Assert.Equal(GgufTensorType.Q8_0, TypeIn("merged.gguf"));
        Assert.Equal(GgufTensorType.F16, TypeIn("f16.gguf"));
    }

    [Fact]
    public async Task Merging_into_few_bits_warns_and_measures_how_much_is_lost()
    {
        TestAdapter.Write(At("style.gguf"), TestModelSpec.Llama, seed: 1);
        await File.WriteAllTextAsync(At("text.txt"), "some words to read, and some more of them");
        string[] merge = ["merge", _model, At("merged.gguf"), "--adapter", At("style.gguf"), "--threads", "1", "--type"];

        string few = await MergeAsync("Q4_0");
        string measured = await MergeAsync("Q4_0", "--data", At("text.txt"));
        string many = await MergeAsync("Q8_0", "--data", At("text.txt"));

        const string Warning = "warning: matrices that were changed are stored in Q4_0 (4.5 bits per weight)";
        Assert.StartsWith(Warning, few, StringComparison.Ordinal);
        Assert.Contains("--data FILE", few, StringComparison.Ordinal);
        Assert.True(Divergence(few, "a text of ours") > 0, few);
        Assert.StartsWith(Warning, measured, StringComparison.Ordinal);
        Assert.DoesNotContain("--data FILE", measured, StringComparison.Ordinal);
        Assert.True(Divergence(measured, "text.txt") > 5 * Divergence(many, "text.txt"), $"{measured}{many}");
        Assert.DoesNotContain("warning", many, StringComparison.Ordinal);
        Assert.Empty(await MergeAsync("F16"));

        async Task<string> MergeAsync(params string[] more)
        {
            using CliHarness cli = new();
            Assert.Equal(ExitCode.Success, await cli.RunAsync([.. merge, .. more]));
            return cli.Error;
        }

        static double Divergence(string text, string data)
        {
            Assert.Contains($"measured on {data}: KL ", text, StringComparison.Ordinal);
            return double.Parse(text.Split("KL ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task A_file_to_measure_on_that_is_not_there_is_missed_before_merging()
    {
        TestAdapter.Write(At("style.gguf"), TestModelSpec.Llama, seed: 1);
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("merge", _model, At("merged.gguf"), "--adapter", At("style.gguf"), "--data", At("none.txt")));

        Assert.Contains("none.txt", cli.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("merged.gguf")));
    }

    [Fact]
    public async Task Adapters_of_a_stored_model_are_merged_and_never_left_out()
    {
        TestAdapter.Write(At("style.gguf"), TestModelSpec.Llama, seed: 1);
        TestAdapter.Write(At("tone.gguf"), TestModelSpec.Llama, seed: 2);
        await File.WriteAllTextAsync(At("Modelfile"), "FROM ./tiny-llama.gguf\nADAPTER ./style.gguf\n");
        await SucceedAsync("create", "styled", "-f", At("Modelfile"), "--models", At("store"));
        await SucceedAsync("merge", _model, At("one.gguf"), "--adapter", At("style.gguf"));
        await SucceedAsync("merge", _model, At("two.gguf"), "--adapter", At("style.gguf"), "--adapter", At("tone.gguf"));

        Assert.Equal((ExitCode.Success, ""), await InStoreAsync("merge", "styled", At("stored-one.gguf")));
        Assert.Equal((ExitCode.Success, ""), await InStoreAsync("merge", "styled", At("stored-two.gguf"), "--adapter", At("tone.gguf")));
        (int quantized, string quantizeError) = await InStoreAsync("quantize", "styled", At("q8.gguf"), "--type", "q8_0");
        (int trained, string trainError) = await InStoreAsync("train", "styled", "--data", At("none.jsonl"), "--out", At("run"));

        Assert.Equal(await File.ReadAllBytesAsync(At("one.gguf")), await File.ReadAllBytesAsync(At("stored-one.gguf")));
        Assert.Equal(await File.ReadAllBytesAsync(At("two.gguf")), await File.ReadAllBytesAsync(At("stored-two.gguf")));
        Assert.Equal((ExitCode.Failure, ExitCode.Failure), (quantized, trained));
        Assert.Contains("localinference merge styled", quantizeError, StringComparison.Ordinal);
        Assert.Equal(quantizeError, trainError);

        async Task<(int Code, string Error)> InStoreAsync(params string[] arguments)
        {
            using CliHarness cli = new() { Store = At("store") };
            return (await cli.RunAsync(arguments), cli.Error);
        }
    }

    // llama.cpp ends the process when it computes with such an adapter beside the model.
    [Fact]
    public async Task What_cannot_be_measured_is_merged_and_said()
    {
        TestModelSpec tied = TestModelSpec.Llama with { Name = "tied", TiedEmbeddings = true };
        WriteEmbeddingAdapter(At("embedding.gguf"), tied);
        await File.WriteAllTextAsync(At("text.txt"), "some words to read, and some more of them");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("merge", TestModel.WriteTo(_folder, tied), At("merged.gguf"), "--adapter", At("embedding.gguf"), "--data", At("text.txt")));

        Assert.StartsWith("not measured: ", cli.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(At("merged.gguf")));
    }

    [Fact]
    public async Task What_is_quantized_is_quantized_again_with_a_flag()
    {
        await SucceedAsync("quantize", _model, At("q8.gguf"), "--type", "q8_0");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("quantize", At("q8.gguf"), At("q4.gguf"), "--type", "q4_0"));

        Assert.Equal(2, cli.Error.TrimEnd('\n').Split('\n').Length);
        await SucceedAsync("quantize", At("q8.gguf"), At("q4.gguf"), "--type", "q4_0", "--allow-requantize");
    }

    [Fact]
    public async Task An_importance_matrix_is_computed_from_a_text_and_kept()
    {
        await File.WriteAllTextAsync(At("text.txt"), string.Join('\n', Enumerable.Repeat("some words to read", 20)));

        string printed = await SucceedAsync("quantize", _model, At("q4.gguf"), "--type", "q4_0", "--calibrate", At("text.txt"), "--threads", "1");

        Assert.Matches(@"^wrote .*q4\.gguf\.imatrix\.gguf \(\d[^\n]*\)\nwrote .*q4\.gguf \(\d+ KiB\)\n$", printed);
        using GgufFile quantized = GgufFile.Open(At("q4.gguf"));
        Assert.Equal("q4.gguf.imatrix.gguf", quantized.Metadata.GetString("quantize.imatrix.file"));
    }

    [Theory]
    [InlineData("quantize model.gguf")]
    [InlineData("quantize model.gguf out.gguf")]
    [InlineData("quantize model.gguf out.gguf --type q9")]
    [InlineData("quantize model.gguf out.gguf --type q4_0 --threads 0")]
    [InlineData("quantize model.gguf out.gguf --type q4_0 --imatrix a.gguf --calibrate a.txt")]
    [InlineData("merge model.gguf out.gguf")]
    [InlineData("merge model.gguf out.gguf --adapter a.gguf=loud")]
    public async Task Wrong_usage_is_exit_code_2(string commandLine)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync(commandLine.Split(' ')));
        Assert.StartsWith("error: ", cli.Error, StringComparison.Ordinal);
    }

    private static void WriteEmbeddingAdapter(string path, TestModelSpec spec)
    {
        GgufTensorDefinition[] tensors =
        [
            new("token_embd.weight.lora_a", GgufTensorType.F32, 2, spec.VocabularySize),
            new("token_embd.weight.lora_b", GgufTensorType.F32, 2, spec.EmbeddingLength),
        ];
        using GgufWriter writer = GgufWriter.Create(path, LoraLayout.Metadata("llama", alpha: 8), tensors);
        foreach (GgufTensorDefinition tensor in tensors)
        {
            writer.Write(new byte[tensor.ByteLength]);
        }

        writer.Complete();
    }

    private string At(string name) => Path.Combine(_folder, name);

    private GgufTensorType TypeIn(string name)
    {
        using GgufFile file = GgufFile.Open(At(name));
        return file.FindTensor("blk.0.ffn_up.weight")!.Type;
    }

    private static async Task<string> SucceedAsync(params string[] arguments)
    {
        using CliHarness cli = new();
        int code = await cli.RunAsync(arguments);
        Assert.True(code == ExitCode.Success, cli.Error);
        return cli.Out;
    }
}
