using LocalInference.TestModels;

namespace LocalInference.Gguf.Tests.Description;

public sealed class GgufModelDescriptionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_model_is_described()
    {
        using GgufFile file = GgufFile.Open(TestModel.WriteTo(_folder.FullPath, TestModelSpec.Qwen3 with { WeightType = GgufTensorType.F16 }));
        GgufModelDescription description = file.Describe();

        Assert.Equal(("qwen3", "tiny-qwen3", "model", 1u), (description.Architecture, description.Name, description.Type, description.FileType));
        Assert.Equal((64, 2, 4, 2, 32, 32), (description.EmbeddingLength, description.BlockCount, description.HeadCount, description.KeyValueHeadCount, description.KeyLength, description.ValueLength));
        Assert.Equal((128, 256, 512), (description.FeedForwardLength, description.ContextLength, description.VocabularySize));
        Assert.Equal(2 * 2 * (32 + 32), description.KeyValueElementsPerToken);
        Assert.Equal(("gpt2", "qwen2"), (description.TokenizerModel, description.PreTokenizer));
        Assert.Contains("<|im_start|>", description.ChatTemplate, StringComparison.Ordinal);
        Assert.Equal(file.Tensors.Length, description.TensorCount);
        Assert.Equal(file.Tensors.Sum(static tensor => tensor.ElementCount), description.ParameterCount);
        Assert.Equal([GgufTensorType.F16, GgufTensorType.F32], description.TensorTypes.Select(static usage => usage.Type));
        Assert.Equal(description.TensorBytes, description.TensorTypes.Sum(static usage => usage.Bytes));
        Assert.Null(description.ExpertCount);
        Assert.Empty(description.RecurrentLayers);
    }

    [Fact]
    public void Layers_may_differ()
    {
        GgufModelDescription description = Describe(new GgufMetadataBuilder()
            .Set("general.architecture", "x")
            .Set("x.block_count", 3u)
            .Set("x.embedding_length", 64u)
            .Set("x.attention.head_count", 8u)
            .Set("x.attention.head_count_kv", GgufArray.From<int>([4, 0, 2]))
            .Set("x.feed_forward_length", GgufArray.From<uint>([10, 30, 20])));

        Assert.Equal((8, 4, 30), (description.HeadCount, description.KeyValueHeadCount, description.FeedForwardLength));
        Assert.Equal((4 + 0 + 2) * (8 + 8), description.KeyValueElementsPerToken);
    }

    [Fact]
    public void Recurrent_layers_add_nothing_to_the_cache()
    {
        // The ninth predicts tokens further on, and attends.
        AssertHybrid("rrrarrraa", Hybrid());
        AssertHybrid("rararaaaa", Hybrid().Set("qwen35.nextn_predict_layers", 3u).Set("qwen35.full_attention_interval", 2u));
        AssertHybrid("araaaaaaa", Hybrid().Set("qwen35.attention.recurrent_layers", GgufArray.From<bool>([false, true, false, false, false, false, false, false, false])));
        AssertHybrid("raaaaaaaa", Hybrid().Set("qwen35.attention.recurrent_layers", GgufArray.From<uint>([1, 0, 0, 0, 0, 0, 0, 0, 0])));
        AssertHybrid("rrrarrraa", Hybrid().Set("qwen35.attention.recurrent_layers", GgufArray.From<uint>([0])).Set("qwen35.full_attention_interval", 0u));

        void AssertHybrid(string layers, GgufMetadataBuilder metadata)
        {
            GgufModelDescription description = Describe(metadata);
            Assert.Equal(layers, string.Concat(description.RecurrentLayers.Select(static isRecurrent => isRecurrent ? 'r' : 'a')));
            Assert.Equal(layers.Count(static layer => layer == 'a') * 2 * (16 + 16), description.KeyValueElementsPerToken);
        }

        static GgufMetadataBuilder Hybrid() => new GgufMetadataBuilder()
            .Set("general.architecture", "qwen35")
            .Set("qwen35.block_count", 9u)
            .Set("qwen35.nextn_predict_layers", 1u)
            .Set("qwen35.attention.head_count", 8u)
            .Set("qwen35.attention.head_count_kv", 2u)
            .Set("qwen35.attention.key_length", 16u)
            .Set("qwen35.attention.value_length", 16u);
    }

    [Fact]
    public void A_file_that_says_nothing_is_described_as_such()
    {
        GgufModelDescription description = Describe(new GgufMetadataBuilder());

        Assert.Null(description.Architecture);
        Assert.Null(description.BlockCount);
        Assert.Null(description.KeyValueElementsPerToken);
        Assert.Null(description.VocabularySize);
        Assert.Equal("model", description.Type);
        Assert.Equal(0, description.ParameterCount);
        Assert.Empty(description.TensorTypes);
    }

    [Fact]
    public void Numbers_that_make_no_sense_are_left_out()
    {
        GgufModelDescription description = Describe(new GgufMetadataBuilder()
            .Set("general.architecture", "x")
            .Set("x.block_count", GgufValue.From(ulong.MaxValue))
            .Set("x.context_length", -1)
            .Set("x.embedding_length", "wide")
            .Set("x.attention.head_count", 0u)
            .Set("x.attention.head_count_kv", GgufArray.FromStrings(["1"]))
            .Set("x.attention.key_length", GgufValue.From(long.MaxValue))
            .Set("x.attention.value_length", GgufValue.From(long.MaxValue)));

        Assert.Null(description.BlockCount);
        Assert.Null(description.ContextLength);
        Assert.Null(description.EmbeddingLength);
        Assert.Null(description.KeyValueElementsPerToken);
        Assert.Equal(0, description.HeadCount);
    }

    [Fact]
    public void A_cache_size_that_overflows_is_left_out()
    {
        GgufModelDescription description = Describe(new GgufMetadataBuilder()
            .Set("general.architecture", "x")
            .Set("x.block_count", GgufValue.From(long.MaxValue))
            .Set("x.attention.head_count", GgufValue.From(long.MaxValue))
            .Set("x.attention.key_length", 1u)
            .Set("x.attention.value_length", 1u));

        Assert.Null(description.KeyValueElementsPerToken);
    }

    public void Dispose() => _folder.Dispose();

    private GgufModelDescription Describe(GgufMetadataBuilder metadata)
    {
        string path = _folder["described.gguf"];
        using (GgufWriter writer = GgufWriter.Create(path, metadata.Build(), []))
        {
            writer.Complete();
        }

        using GgufFile file = GgufFile.Open(path);
        return file.Describe();
    }
}
