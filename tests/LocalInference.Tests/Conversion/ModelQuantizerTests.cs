using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference.Tests.Conversion;

[Collection(ModelTests.Name)]
public sealed class ModelQuantizerTests : ConversionTest
{
    public static TheoryData<QuantizationType> Types => [.. Enum.GetValues<QuantizationType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Every_type_is_made_and_is_as_near_to_the_weights_as_its_bits_allow(QuantizationType type)
    {
        string source = Write(Wide);
        QuantizationOptions options = new(type) { ImportanceMatrixPath = type.NeedsImportanceMatrix ? WriteImatrix(source, static column => 1 + (column % 7)) : null };

        await ModelQuantizer.QuantizeAsync(source, At("out.gguf"), options);

        using GgufFile expected = GgufFile.Open(source);
        using GgufFile actual = GgufFile.Open(At("out.gguf"));
        Assert.Equal((uint)type, actual.Metadata.GetUInt32("general.file_type"));
        Assert.Equal(expected.Tensors.Select(static t => t.Name).Order(StringComparer.Ordinal), actual.Tensors.Select(static t => t.Name).Order(StringComparer.Ordinal));
        GgufTensorInfo matrix = actual.FindTensor("blk.1.attn_q.weight")!;
        if (type is not QuantizationType.IQ3_XXS and not QuantizationType.IQ3_XS and not QuantizationType.MXFP4)
        {
            Assert.Equal(type.MainTensorType, matrix.Type);
        }

        double bits = 8.0 * matrix.Type.TypeSize / matrix.Type.BlockSize;
        Assert.InRange(RelativeError(Values(actual, matrix.Name), Values(expected, matrix.Name)), 0, MostError(bits));
        Assert.All(ModelLogits.Of(At("out.gguf"), Prompts.Of(1, 20)), static row => Assert.All(row, static logit => Assert.True(float.IsFinite(logit))));
    }

    [Fact]
    public async Task Progress_counts_the_tensors()
    {
        string source = Write(Wide);
        var reports = new List<ConversionProgress>();

        await ModelQuantizer.QuantizeAsync(source, At("out.gguf"), new(QuantizationType.Q8_0), new Recorder(reports));

        using GgufFile file = GgufFile.Open(source);
        Assert.Equal(file.Tensors.Length, reports[^1].Total);
        Assert.Equal(Enumerable.Range(0, file.Tensors.Length + 1), reports.Select(static report => report.Completed));
        Assert.Equal(file.Tensors.Select(static tensor => tensor.Name).Order(StringComparer.Ordinal), reports.Select(static report => report.Tensor).OfType<string>().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_importance_matrix_makes_important_columns_better_and_is_named_in_the_file()
    {
        string source = Write(Wide);
        string imatrix = WriteImatrix(source, static column => column % 8 == 0 ? 1000 : 0.01f);
        await ModelQuantizer.QuantizeAsync(source, At("plain.gguf"), new(QuantizationType.Q2_K));
        await ModelQuantizer.QuantizeAsync(source, At("weighted.gguf"), new(QuantizationType.Q2_K) { ImportanceMatrixPath = imatrix });

        using GgufFile weighted = GgufFile.Open(At("weighted.gguf"));
        Assert.Equal("imatrix.gguf", weighted.Metadata.GetString("quantize.imatrix.file"));
        Assert.Equal("text.txt", weighted.Metadata.GetString("quantize.imatrix.dataset"));
        Assert.Equal(14u, weighted.Metadata.GetUInt32("quantize.imatrix.entries_count"));
        Assert.Equal(3u, weighted.Metadata.GetUInt32("quantize.imatrix.chunks_count"));
        Assert.True(Error("weighted.gguf") < 0.6 * Error("plain.gguf"), $"{Error("weighted.gguf")}, {Error("plain.gguf")}");

        double Error(string name)
        {
            using GgufFile expected = GgufFile.Open(source);
            using GgufFile actual = GgufFile.Open(At(name));
            return RelativeError(Important(actual), Important(expected));
        }

        static float[] Important(GgufFile file) => [.. Values(file, "blk.1.ffn_gate.weight").Where(static (_, i) => i % 8 == 0)];
    }

    [Theory]
    [InlineData(QuantizationType.IQ1_S)]
    [InlineData(QuantizationType.IQ1_M)]
    [InlineData(QuantizationType.IQ2_XXS)]
    [InlineData(QuantizationType.IQ2_S)]
    [InlineData(QuantizationType.IQ3_XXS)]
    public async Task Columns_that_nothing_was_multiplied_with_end_nothing(QuantizationType type)
    {
        string source = Write(Wide);
        string dead = At("dead.gguf");
        WriteChanged(source, dead, static (name, values) =>
        {
            if (name == "blk.0.ffn_up.weight")
            {
                Array.Clear(values, 0, values.Length / 2);
            }
        });

        foreach (Func<int, float> importance in new Func<int, float>[] { static _ => 0, static column => column < 128 ? 0 : 1e12f, static _ => 1e-30f })
        {
            await ModelQuantizer.QuantizeAsync(dead, At("out.gguf"), new(type) { ImportanceMatrixPath = WriteImatrix(dead, importance) });
        }
    }

    [Fact]
    public async Task Another_alignment_is_written_as_the_tensors_are()
    {
        string source = Write(Wide);
        using (GgufFile file = GgufFile.Open(source))
        using (GgufWriter writer = GgufWriter.Create(At("aligned.gguf"), file.Metadata.ToBuilder().Set("general.alignment", 256u).Build(), [.. file.Tensors.Select(static tensor => tensor.ToDefinition())]))
        {
            foreach (GgufTensorInfo tensor in file.Tensors)
            {
                writer.Write(file.GetTensorData(tensor));
            }

            writer.Complete();
        }

        await ModelQuantizer.QuantizeAsync(At("aligned.gguf"), At("out.gguf"), new(QuantizationType.Q5_0));

        using GgufFile expected = GgufFile.Open(source);
        using GgufFile actual = GgufFile.Open(At("out.gguf"));
        Assert.All(actual.Tensors, tensor => Assert.InRange(RelativeError(Values(actual, tensor.Name), Values(expected, tensor.Name)), 0, 0.1));
    }

    [Fact]
    public async Task The_output_and_the_embeddings_can_have_types_of_their_own()
    {
        string source = Write(Wide);

        await ModelQuantizer.QuantizeAsync(source, At("out.gguf"), new(QuantizationType.Q4_0) { OutputTensorType = GgufTensorType.Q8_0, TokenEmbeddingType = GgufTensorType.F16 });

        using GgufFile file = GgufFile.Open(At("out.gguf"));
        Assert.Equal(GgufTensorType.Q8_0, file.FindTensor("output.weight")!.Type);
        Assert.Equal(GgufTensorType.F16, file.FindTensor("token_embd.weight")!.Type);
    }

    [Fact]
    public async Task What_is_quantized_is_quantized_again_only_when_that_is_said()
    {
        string source = Write(Wide);
        await ModelQuantizer.QuantizeAsync(source, At("eight.gguf"), new(QuantizationType.Q8_0));

        ConversionException refused = await Assert.ThrowsAsync<ConversionException>(() => ModelQuantizer.QuantizeAsync(At("eight.gguf"), At("four.gguf"), new(QuantizationType.Q4_0)));
        Assert.Equal("conversion_unsupported", refused.Code);
        Assert.Contains("twice", refused.NextStep, StringComparison.Ordinal);
        Assert.Equal(["eight.gguf", "wide.gguf"], Files);

        await ModelQuantizer.QuantizeAsync(At("eight.gguf"), At("four.gguf"), new(QuantizationType.Q4_0) { AllowRequantize = true });
        Assert.Equal(["eight.gguf", "four.gguf", "wide.gguf"], Files);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_and_leaves_the_output_as_it_was()
    {
        string source = Write(Wide);
        await File.WriteAllTextAsync(At("out.gguf"), "kept");
        await RefuseAsync<ConversionException>("imatrix_missing", new(QuantizationType.IQ2_XS));
        await RefuseAsync<ConversionException>("imatrix_invalid", new(QuantizationType.Q4_0) { ImportanceMatrixPath = At("nothing.gguf") });
        await RefuseAsync<ConversionException>("imatrix_invalid", new(QuantizationType.Q4_0) { ImportanceMatrixPath = source });
        await RefuseAsync<ConversionException>("conversion_unsupported", new(QuantizationType.Q4_0) { OutputTensorType = GgufTensorType.IQ2_XXS });
        await RefuseAsync<GenerationException>("invalid_option", new(QuantizationType.Q4_0) { OutputTensorType = GgufTensorType.Q8_K });
        await RefuseAsync<GenerationException>("invalid_option", new((QuantizationType)5));
        await RefuseAsync<GenerationException>("invalid_option", new(QuantizationType.Q4_0) { Threads = 0 });

        WriteImatrix(At("bad.gguf"), [("blk.0.attn_q.weight", [.. Enumerable.Repeat(-1f, 256)], [1])]);
        await RefuseAsync<ConversionException>("imatrix_invalid", new(QuantizationType.Q4_0) { ImportanceMatrixPath = At("bad.gguf") });
        WriteImatrix(At("bad.gguf"), [("blk.0.attn_q.weight", new float[64], [1])]);
        await RefuseAsync<ConversionException>("imatrix_invalid", new(QuantizationType.Q4_0) { ImportanceMatrixPath = At("bad.gguf") });
        WriteImatrix(At("bad.gguf"), [("blk.9.attn_q.weight", new float[256], [1])]);
        await RefuseAsync<ConversionException>("imatrix_invalid", new(QuantizationType.Q4_0) { ImportanceMatrixPath = At("bad.gguf") });

        ConversionException same = await Assert.ThrowsAsync<ConversionException>(() => ModelQuantizer.QuantizeAsync(source, source, new(QuantizationType.Q4_0)));
        Assert.Equal("conversion_failed", same.Code);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => ModelQuantizer.QuantizeAsync(At("none.gguf"), At("out.gguf"), new(QuantizationType.Q4_0)));
        await Assert.ThrowsAsync<ModelUnsupportedException>(() => ModelQuantizer.QuantizeAsync(At("out.gguf"), At("other.gguf"), new(QuantizationType.Q4_0)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ModelQuantizer.QuantizeAsync(source, At("out.gguf"), new(QuantizationType.Q4_0), cancellationToken: new CancellationToken(canceled: true)));
        Assert.Equal("kept", await File.ReadAllTextAsync(At("out.gguf")));
        Assert.Equal(["bad.gguf", "out.gguf", "wide.gguf"], Files);

        async Task RefuseAsync<T>(string code, QuantizationOptions options)
            where T : LocalInferenceException =>
            Assert.Equal(code, (await Assert.ThrowsAsync<T>(() => ModelQuantizer.QuantizeAsync(source, At("out.gguf"), options))).Code);
    }

    [Fact]
    public async Task Cancelling_stops_it_between_tensors_and_leaves_nothing()
    {
        string source = Write(Wide);
        await File.WriteAllTextAsync(At("out.gguf"), "kept");
        using CancellationTokenSource stop = new();
        List<ConversionProgress> reports = [];

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ModelQuantizer.QuantizeAsync(source, At("out.gguf"), new(QuantizationType.Q4_0), new Stopper(reports, stop), stop.Token));

        Assert.Equal([0, 1, 2], reports.Select(static report => report.Completed));
        Assert.Equal("kept", await File.ReadAllTextAsync(At("out.gguf")));
        Assert.Equal(["out.gguf", "wide.gguf"], Files);
    }

    // llama.cpp writes each tensor when it is computed, so the file says how many were.
    [Fact]
    public void A_call_that_is_cancelled_computes_no_further_tensor()
    {
        NativeRuntime.Get();
        using GgufFile file = GgufFile.Open(Write(Wide));
        using CancellationTokenSource stop = new();
        using QuantizationCall whole = new(file, new(QuantizationType.Q4_0), matrix: null);
        using QuantizationCall part = new(file, new(QuantizationType.Q4_0), matrix: null);

        Assert.Null(whole.Run(file.Path, At("whole.gguf"), CancellationToken.None));
        using (NativeLog.Subscribe(new QuantizationLog(new Stopper([], stop), stop.Token)))
        {
            Assert.Throws<OperationCanceledException>(() => part.Run(file.Path, At("part.gguf"), stop.Token));
        }

        Assert.InRange(new FileInfo(At("part.gguf")).Length, 1, new FileInfo(At("whole.gguf")).Length * 3 / 4);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-1e20f)]
    public async Task Weights_that_no_model_has_are_refused(float weight)
    {
        string source = Write(Wide);
        string odd = At("odd.gguf");
        WriteChanged(source, odd, (name, values) =>
        {
            if (name == "blk.1.attn_k.weight")
            {
                values[^1] = weight;
            }
        });

        await Assert.ThrowsAsync<ConversionException>(() => ModelQuantizer.QuantizeAsync(odd, At("out.gguf"), new(QuantizationType.IQ3_S)));
    }

    private sealed class Stopper(List<ConversionProgress> reports, CancellationTokenSource stop) : IProgress<ConversionProgress>
    {
        public void Report(ConversionProgress value)
        {
            reports.Add(value);
            if (value.Completed == 2)
            {
                stop.Cancel();
            }
        }
    }

    // Floating-point types round by their own precision; of the others each bit halves the error, from that of a guess.
    private static double MostError(double bits) => bits switch
    {
        >= 32 => 0,
        >= 16 => 0.003,
        _ => Math.Min(1, 3.2 * Math.Pow(2, -bits)),
    };
}
