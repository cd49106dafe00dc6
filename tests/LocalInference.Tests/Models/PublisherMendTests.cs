using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;
using LocalInference.Tests.Conversion;
using LocalInference.Tests.Embeddings;

namespace LocalInference.Tests.Models;

[Collection(ModelTests.Name)]
public sealed class PublisherMendTests : ConversionTest
{
    private const string Epsilon = "gemma3.attention.layer_norm_rms_epsilon";

    [Fact]
    public async Task A_gemma_3_without_what_ollama_leaves_out_computes_what_a_complete_one_does()
    {
        string source = Write(TestModelSpec.Gemma3);
        string complete = ModelVariant.Write(source, At("complete.gguf"), static metadata => metadata
            .Set(Epsilon, 1e-6f).Set("gemma3.rope.freq_base", 500_000f).Set("gemma3.rope.freq_base_swa", 5_000f));
        string published = ModelVariant.Write(source, At("published.gguf"), static metadata => metadata
            .Remove(Epsilon).Remove("gemma3.rope.freq_base").Set("gemma3.rope.global.freq_base", 500_000f).Set("gemma3.rope.local.freq_base", 5_000f));
        byte[] content = await File.ReadAllBytesAsync(published);
        string[] texts = ["Once upon a time there was a fox that ran over many hills, and it did not come back before the night.", "Two."];

        Assert.Equal(0, ModelLogits.Distance(await EmbedAsync(complete, texts), await EmbedAsync(published, texts)));

        Assert.Equal(content, await File.ReadAllBytesAsync(published));
    }

    [Fact]
    public void A_gemma_3_of_a_long_context_is_stretched_and_one_that_is_whole_is_left_alone()
    {
        string source = Write(TestModelSpec.Gemma3);
        string published = ModelVariant.Write(source, At("published.gguf"), static metadata => metadata.Remove(Epsilon).Set("gemma3.context_length", 131_072u));

        GgufMetadata mends = ModelFileCheck.Check(published).Mends;

        Assert.Equal(("linear", 4), (mends.GetString("gemma3.rope.scaling.type"), mends.Count));
        Assert.True(mends.TryGetSingle("gemma3.rope.scaling.factor", out float factor));
        Assert.Equal(8, factor);
        Assert.Empty(ModelFileCheck.Check(source).Mends);
    }

    [Theory]
    [InlineData(null, "llama-bpe")]
    [InlineData("default", "llama-bpe")]
    [InlineData("smollm", "smollm")]
    public void A_llama_3_that_does_not_say_how_it_cuts_texts_cuts_them_as_llama_3(string? stated, string used)
    {
        string source = Write(TestModelSpec.Llama3);
        string published = ModelVariant.Write(source, At("published.gguf"), metadata =>
        {
            string[] tokens = [.. Enumerable.Range(0, 128_256).Select(static id => id == 128_009 ? "<|eot_id|>" : $"t{id}")];
            _ = stated is null ? metadata.Remove("tokenizer.ggml.pre") : metadata.Set("tokenizer.ggml.pre", stated);
            metadata.Set("tokenizer.ggml.tokens", GgufArray.FromStrings(tokens)).Remove("tokenizer.ggml.token_type");
        });

        using GgufFile file = GgufFile.Open(published);
        Assert.Equal(used, new CheckedModel(published, file).Text("tokenizer.ggml.pre"));
    }

    private static async Task<float[][]> EmbedAsync(string path, string[] texts)
    {
        await using LocalModel model = await LocalModel.LoadAsync(path, new LocalModelOptions { ContextLength = 128, Threads = 1, GpuLayers = 0 });
        return await model.Embed(Vectors.Request(texts) with { Pooling = EmbeddingPooling.Last });
    }
}
