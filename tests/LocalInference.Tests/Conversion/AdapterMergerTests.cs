using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Tests.Conversion;

[Collection(ModelTests.Name)]
public sealed class AdapterMergerTests : ConversionTest
{
    [Fact]
    public async Task Merged_weights_are_those_of_the_model_and_its_adapters()
    {
        string model = Write(Wide);
        TestAdapter.Write(At("one.gguf"), Wide, seed: 11);
        TestAdapter.Write(At("two.gguf"), Wide, seed: 22);
        TestAdapter.WriteMerged(At("expected.gguf"), Wide, (11, 0.5f), (22, -1f));

        await AdapterMerger.MergeAsync(model, [new(At("one.gguf")) { Scale = 0.5f }, new(At("two.gguf")) { Scale = -1 }], At("out.gguf"), new MergeOptions { Threads = 2 });

        using GgufFile expected = GgufFile.Open(At("expected.gguf"));
        using GgufFile actual = GgufFile.Open(At("out.gguf"));
        Assert.Equal(expected.Tensors.Select(static tensor => (tensor.Name, tensor.Type)), actual.Tensors.Select(static tensor => (tensor.Name, tensor.Type)));
        Assert.All(expected.Tensors, tensor => Assert.InRange(RelativeError(Values(actual, tensor.Name), Values(expected, tensor.Name)), 0, 1e-6));
        Assert.Equal(expected.Metadata, actual.Metadata);
    }

    [Theory]
    [InlineData(QuantizationType.F32, 1e-9)]
    [InlineData(QuantizationType.F16, 5e-4)]
    [InlineData(QuantizationType.Q8_0, 1e-3)]
    public async Task The_merged_model_says_what_the_model_says_with_its_adapter(QuantizationType type, double divergence)
    {
        string model = Write(Wide);
        TestAdapter.Write(At("one.gguf"), Wide, seed: 11);
        int[] tokens = Prompts.Of(3, 60);

        await AdapterMerger.MergeAsync(model, [new(At("one.gguf"))], At("out.gguf"), new MergeOptions { Type = type });

        float[][] expected = ModelLogits.Of(model, tokens, (At("one.gguf"), 1));
        Assert.InRange(ModelLogits.Divergence(expected, ModelLogits.Of(At("out.gguf"), tokens)), -1e-9, divergence);
        Assert.True(ModelLogits.Divergence(expected, ModelLogits.Of(model, tokens)) > 10 * divergence);
    }

    [Theory]
    [InlineData(QuantizationType.Q8_0, 0.01)]
    [InlineData(QuantizationType.Q4_K_M, 0.15)]
    [InlineData(QuantizationType.BF16, 0.005)]
    public async Task Quantized_matrices_keep_their_types(QuantizationType type, double error)
    {
        string model = Write(Wide);
        await ModelQuantizer.QuantizeAsync(model, At("base.gguf"), new(type));
        TestAdapter.Write(At("one.gguf"), Wide, seed: 11);
        TestAdapter.WriteMerged(At("expected.gguf"), Wide, (11, 1f));

        await AdapterMerger.MergeAsync(At("base.gguf"), [new(At("one.gguf"))], At("out.gguf"));

        using GgufFile source = GgufFile.Open(At("base.gguf"));
        using GgufFile expected = GgufFile.Open(At("expected.gguf"));
        using GgufFile actual = GgufFile.Open(At("out.gguf"));
        Assert.Equal(source.Tensors.Select(static tensor => (tensor.Name, tensor.Type)), actual.Tensors.Select(static tensor => (tensor.Name, tensor.Type)));
        Assert.All(expected.Tensors, tensor => Assert.InRange(RelativeError(Values(actual, tensor.Name), Values(expected, tensor.Name)), 0, error));
        Assert.Equal(source.GetTensorData(source.FindTensor("output.weight")!), actual.GetTensorData(actual.FindTensor("output.weight")!));
    }

    [Fact]
    public async Task A_split_model_is_merged_into_one_file()
    {
        string model = Write(Wide);
        using (GgufFile whole = GgufFile.Open(model))
        {
            GgufSplit.Write(whole, At("part"), maximumDataBytes: 1 << 20);
        }

        TestAdapter.Write(At("one.gguf"), Wide, seed: 11);
        await AdapterMerger.MergeAsync(model, [new(At("one.gguf"))], At("whole.gguf"));

        await AdapterMerger.MergeAsync(Directory.GetFiles(Path.GetDirectoryName(model)!, "part-*").Order(StringComparer.Ordinal).First(), [new(At("one.gguf"))], At("parts.gguf"));

        using GgufFile expected = GgufFile.Open(At("whole.gguf"));
        using GgufFile actual = GgufFile.Open(At("parts.gguf"));
        Assert.All(expected.Tensors, tensor => Assert.Equal(expected.GetTensorData(tensor), actual.GetTensorData(actual.FindTensor(tensor.Name)!)));
    }

    [Fact]
    public async Task An_adapter_of_tied_embeddings_leaves_the_output_as_it_is()
    {
        TestModelSpec spec = Wide with { Name = "tied", TiedEmbeddings = true };
        string model = Write(spec);
        (int rank, int vocabulary, int width) = (2, spec.VocabularySize, spec.EmbeddingLength);
        float[] a = [.. Enumerable.Range(0, rank * vocabulary).Select(static i => i % 5 * 0.1f)];
        float[] b = [.. Enumerable.Range(0, rank * width).Select(static i => i % 7 * 0.1f)];
        WriteLora(At("one.gguf"), alpha: 4, ("token_embd.weight", [rank, vocabulary], a, [rank, width], b));

        await AdapterMerger.MergeAsync(model, [new(At("one.gguf"))], At("out.gguf"));

        using GgufFile source = GgufFile.Open(model);
        using GgufFile actual = GgufFile.Open(At("out.gguf"));
        float[] before = Values(source, "token_embd.weight");
        Assert.Equal(before, Values(actual, "output.weight"));
        float[] after = Values(actual, "token_embd.weight");
        const int Token = 100;
        for (int i = 0; i < width; i++)
        {
            float added = 2 * ((a[Token * 2] * b[i * 2]) + (a[(Token * 2) + 1] * b[(i * 2) + 1]));
            Assert.Equal(before[(Token * width) + i] + added, after[(Token * width) + i], 1e-5f);
        }
    }

    [Fact]
    public async Task What_cannot_be_merged_is_refused_and_leaves_nothing_behind()
    {
        string model = Write(Wide);
        TestAdapter.Write(At("one.gguf"), Wide, seed: 11);
        TestAdapter.WriteControlVector(At("vector.gguf"), Wide, seed: 11);
        TestAdapter.Write(At("other.gguf"), TestModelSpec.Qwen2, seed: 11);
        string[] before = Files;

        await Assert.ThrowsAsync<AdapterException>(() => Merge(new AdapterFile(At("vector.gguf"))));
        await Assert.ThrowsAsync<AdapterException>(() => Merge(new AdapterFile(At("other.gguf"))));
        await Assert.ThrowsAsync<AdapterException>(() => Merge(new AdapterFile(At("none.gguf"))));
        await Assert.ThrowsAsync<GenerationException>(() => Merge(new AdapterFile(At("one.gguf")) { Scale = float.NaN }));
        await Assert.ThrowsAsync<GenerationException>(() => AdapterMerger.MergeAsync(model, [], At("out.gguf")));
        await Assert.ThrowsAsync<ConversionException>(() => AdapterMerger.MergeAsync(model, [new(At("one.gguf"))], At("one.gguf")));
        Assert.Equal("imatrix_missing", (await Assert.ThrowsAsync<ConversionException>(() => AdapterMerger.MergeAsync(model, [new(At("one.gguf"))], At("out.gguf"), new MergeOptions { Type = QuantizationType.IQ2_XXS }))).Code);
        ConversionException large = await Assert.ThrowsAsync<ConversionException>(() => AdapterMerger.MergeAsync(model, [new(At("one.gguf")) { Scale = float.MaxValue }], At("out.gguf")));
        Assert.Contains("cannot hold", large.Message, StringComparison.Ordinal);
        using CancellationTokenSource cancelled = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AdapterMerger.MergeAsync(model, [new(At("one.gguf"))], At("out.gguf"), progress: new Canceller(cancelled), cancellationToken: cancelled.Token));
        Assert.Equal(before, Files);

        Task Merge(AdapterFile adapter) => AdapterMerger.MergeAsync(model, [adapter], At("out.gguf"));
    }

    private static void WriteLora(string path, float alpha, params (string Target, long[] AShape, float[] A, long[] BShape, float[] B)[] pairs)
    {
        GgufMetadata metadata = new GgufMetadataBuilder()
            .Set("general.type", "adapter").Set("general.architecture", "llama").Set("adapter.type", "lora").Set("adapter.lora.alpha", alpha).Build();
        using GgufWriter writer = GgufWriter.Create(
            path,
            metadata,
            [.. pairs.SelectMany(static p => new GgufTensorDefinition[] { new($"{p.Target}.lora_a", GgufTensorType.F32, p.AShape), new($"{p.Target}.lora_b", GgufTensorType.F32, p.BShape) })]);
        foreach ((_, _, float[] a, _, float[] b) in pairs)
        {
            writer.Write(MemoryMarshal.AsBytes<float>(a));
            writer.Write(MemoryMarshal.AsBytes<float>(b));
        }

        writer.Complete();
    }

    private sealed class Canceller(CancellationTokenSource source) : IProgress<ConversionProgress>
    {
        public void Report(ConversionProgress value)
        {
            if (value.Completed == 3)
            {
                source.Cancel();
            }
        }
    }
}
