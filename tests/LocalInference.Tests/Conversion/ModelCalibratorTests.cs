using System.Text;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Tests.Conversion;

[Collection(ModelTests.Name)]
public sealed class ModelCalibratorTests : ConversionTest
{
    private const int Chunk = 64;
    private const float Epsilon = 1e-5f;

    private static readonly CalibrationOptions s_options = new() { ChunkLength = Chunk, Threads = 1 };

    [Fact]
    public async Task The_sums_of_the_first_layer_are_those_of_its_normed_embeddings()
    {
        string model = Write(TestModelSpec.Llama);
        string text = WriteText(30);

        await ModelCalibrator.WriteImportanceMatrixAsync(model, text, At("imatrix.gguf"), s_options);

        int[] tokens = await TokensAsync(model, text);
        double[] expected = ExpectedSums(model, tokens);
        using GgufFile file = GgufFile.Open(At("imatrix.gguf"));
        foreach (string name in (string[])["blk.0.attn_q.weight", "blk.0.attn_k.weight", "blk.0.attn_v.weight"])
        {
            Assert.Equal([tokens.Length], Values(file, name + ".counts"));
            Assert.All(Values(file, name + ".in_sum2").Zip(expected), static pair => Assert.Equal(pair.Second, pair.First, pair.Second * 1e-4));
        }
    }

    [Fact]
    public async Task Every_matrix_of_a_layer_has_a_sum_over_every_token()
    {
        string model = Write(TestModelSpec.Llama);
        string text = WriteText(40);
        List<ConversionProgress> reports = [];

        await ModelCalibrator.WriteImportanceMatrixAsync(model, text, At("imatrix.gguf"), s_options, new Recorder(reports));

        int tokens = (await TokensAsync(model, text)).Length;
        using GgufFile weights = GgufFile.Open(model);
        using GgufFile file = GgufFile.Open(At("imatrix.gguf"));
        string[] matrices = [.. weights.Tensors.Where(static t => t.Dimensions.Length > 1 && t.Name.StartsWith("blk.", StringComparison.Ordinal)).Select(static t => t.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(matrices.SelectMany(static name => (string[])[name + ".in_sum2", name + ".counts"]), file.Tensors.Select(static t => t.Name), StringComparer.Ordinal);
        Assert.All(matrices, name => Assert.Equal([tokens], Values(file, name + ".counts")));
        Assert.True(tokens > 2 * Chunk && tokens % Chunk != 0, "The last piece is to be a shorter one.");
        Assert.Equal((uint)((tokens + Chunk - 1) / Chunk), file.Metadata.GetUInt32("imatrix.chunk_count"));
        Assert.Equal(Enumerable.Range(0, ((tokens + Chunk - 1) / Chunk) + 1), reports.Select(static report => report.Completed));
        Assert.Equal("text.txt", file.Metadata.GetArray("imatrix.datasets").Single().AsString());
    }

    [Fact]
    public async Task Types_that_need_an_importance_matrix_are_made_with_it()
    {
        string model = Write(Wide);
        await ModelCalibrator.WriteImportanceMatrixAsync(model, WriteText(20), At("imatrix.gguf"), s_options);

        await ModelQuantizer.QuantizeAsync(model, At("out.gguf"), new(QuantizationType.IQ2_XXS) { ImportanceMatrixPath = At("imatrix.gguf") });

        using GgufFile file = GgufFile.Open(At("out.gguf"));
        Assert.Equal("text.txt", file.Metadata.GetString("quantize.imatrix.dataset"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public unsafe void Experts_count_the_tokens_that_are_sent_to_them(int inputsPerToken)
    {
        const int Columns = 2;
        float[] rows = [1, 2, 3, 4, 5, 6, 7, 8];
        int[] chosen = [0, 2, 2, 1];
        ActivationSums sums = new("model.gguf");
        fixed (float* values = rows)
        fixed (int* ids = chosen)
        {
            ggml_tensor matrix = Tensor(null, sizeof(float), Columns, 5, 3);
            "blk.0.ffn_up_exps.weight\0"u8.CopyTo(new Span<byte>(matrix.name, 64));
            ggml_tensor input = Tensor(values, sizeof(float), Columns, inputsPerToken, 2);
            ggml_tensor experts = Tensor(ids, sizeof(int), 2, 2, 1);
            ggml_tensor node = Tensor(null, sizeof(float), 5, 2, 2);
            node.src[0] = (ulong)&matrix;
            node.src[1] = (ulong)&input;
            node.src[2] = (ulong)&experts;
            sums.Add(&node);
        }

        using (OutputFile output = new(At("imatrix.gguf")))
        {
            sums.Write(output, "text", 1, 2);
        }

        using GgufFile file = GgufFile.Open(At("imatrix.gguf"));
        Assert.Equal([1, 1, 2], Values(file, "blk.0.ffn_up_exps.weight.counts"));
        Assert.Equal(
            inputsPerToken == 1 ? [1, 4, 9, 16, 1 + 9, 4 + 16] : [1, 4, 49, 64, 9 + 25, 16 + 36],
            Values(file, "blk.0.ffn_up_exps.weight.in_sum2"));
    }

    [Fact]
    public async Task What_cannot_be_computed_is_refused_and_leaves_nothing()
    {
        string model = Write(TestModelSpec.Llama);
        await File.WriteAllTextAsync(At("empty.txt"), "");
        string text = WriteText(5);

        Assert.Equal("conversion_unsupported", (await Assert.ThrowsAsync<ConversionException>(() => RunAsync(model, At("empty.txt")))).Code);
        Assert.Equal("conversion_unsupported", (await Assert.ThrowsAsync<ConversionException>(() => RunAsync(Write(TestModelSpec.Bert), text))).Code);
        Assert.Equal("conversion_failed", (await Assert.ThrowsAsync<ConversionException>(() => ModelCalibrator.WriteImportanceMatrixAsync(model, text, text))).Code);
        Assert.Equal("invalid_option", (await Assert.ThrowsAsync<GenerationException>(() => ModelCalibrator.WriteImportanceMatrixAsync(model, text, At("out.gguf"), new CalibrationOptions { ChunkLength = 15 }))).Code);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => RunAsync(At("none.gguf"), text));
        await Assert.ThrowsAsync<FileNotFoundException>(() => RunAsync(model, At("none.txt")));
        Assert.DoesNotContain("out.gguf", Files, StringComparer.Ordinal);
        Assert.DoesNotContain(Files, static file => file.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancelling_stops_it_between_pieces()
    {
        string model = Write(TestModelSpec.Llama);
        using CancellationTokenSource stop = new();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ModelCalibrator.WriteImportanceMatrixAsync(
            model,
            WriteText(60),
            At("out.gguf"),
            s_options,
            new Stopper(stop),
            stop.Token));

        Assert.Equal(["text.txt", "tiny-llama.gguf"], Files);
    }

    private Task RunAsync(string model, string text) => ModelCalibrator.WriteImportanceMatrixAsync(model, text, At("out.gguf"), s_options);

    private string WriteText(int lines)
    {
        StringBuilder text = new();
        for (int i = 0; i < lines; i++)
        {
            text.Append("line ").Append(i * 7919 % 100).Append(" of a text\n");
        }

        File.WriteAllText(At("text.txt"), text.ToString());
        return At("text.txt");
    }

    // As they are computed: each piece begins with the token that texts begin with.
    private static async Task<int[]> TokensAsync(string path, string text)
    {
        await using LocalModel model = await LocalModel.LoadAsync(path, new LocalModelOptions { ContextLength = Chunk, Threads = 1 });
        int[] tokens = model.Tokenizer.Encode(await File.ReadAllTextAsync(text), addSpecial: false);
        for (int i = 0; i < tokens.Length; i += Chunk)
        {
            tokens[i] = model.Tokenizer.BeginOfSequence!.Value;
        }

        return tokens;
    }

    private static double[] ExpectedSums(string path, int[] tokens)
    {
        using GgufFile file = GgufFile.Open(path);
        float[] embeddings = Values(file, "token_embd.weight");
        float[] norm = Values(file, "blk.0.attn_norm.weight");
        double[] sums = new double[norm.Length];
        foreach (int token in tokens)
        {
            float[] row = embeddings[(token * norm.Length)..((token + 1) * norm.Length)];
            double scale = 1 / Math.Sqrt(row.Average(static value => (double)value * value) + Epsilon);
            for (int i = 0; i < norm.Length; i++)
            {
                sums[i] += Math.Pow(row[i] * scale * norm[i], 2);
            }
        }

        return sums;
    }

    private static unsafe ggml_tensor Tensor(void* data, int size, long first, long second, long third)
    {
        ggml_tensor tensor = new() { data = data };
        tensor.ne[0] = first;
        tensor.ne[1] = second;
        tensor.ne[2] = third;
        tensor.ne[3] = 1;
        tensor.nb[0] = (ulong)size;
        tensor.nb[1] = tensor.nb[0] * (ulong)first;
        tensor.nb[2] = tensor.nb[1] * (ulong)second;
        tensor.nb[3] = tensor.nb[2] * (ulong)third;
        return tensor;
    }

    private sealed class Stopper(CancellationTokenSource stop) : IProgress<ConversionProgress>
    {
        public void Report(ConversionProgress value) => stop.Cancel();
    }
}
