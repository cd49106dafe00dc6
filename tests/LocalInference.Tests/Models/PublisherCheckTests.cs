using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Tests.Models;

public sealed class PublisherCheckTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("gptoss", "llama.cpp knows 'gpt-oss'")]
    [InlineData("mllama", "no counterpart")]
    public void An_architecture_that_only_ollama_writes_is_named_with_what_to_pull_instead(string architecture, string said)
    {
        Write(new GgufMetadataBuilder().Set("general.architecture", architecture).Set($"{architecture}.block_count", 1u).Build(), "token_embd.weight");

        ModelUnsupportedException e = Assert.Throws<ModelUnsupportedException>(() => ModelFileCheck.Check(_path));

        Assert.Equal(("model_unsupported", architecture), (e.Code, e.Value));
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Contains("hf.co/", e.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v.patch_embd.weight")]
    [InlineData("mm.0.weight")]
    public void A_model_with_its_picture_encoder_inside_is_told_apart(string tensor)
    {
        Write(TestModel.Metadata(TestModelSpec.Llama), "token_embd.weight", tensor);

        ModelUnsupportedException e = Assert.Throws<ModelUnsupportedException>(() => ModelFileCheck.Check(_path));

        Assert.Contains("picture encoder", e.Message, StringComparison.Ordinal);
        Assert.Equal(tensor, e.Value);
    }

    [Theory]
    [InlineData("gemma3", "dense.0.weight", "dense_2.weight")]
    [InlineData("lfm2", "output_norm.weight", "token_embd_norm.weight")]
    [InlineData("qwen3next", "blk.0.ssm_dt", "blk.0.ssm_dt.bias")]
    [InlineData("nemotron_h_moe", "blk.0.ffn_latent_in.weight", "blk.0.ffn_latent_down.weight")]
    public void A_tensor_that_llama_cpp_calls_otherwise_is_named(string architecture, string theirs, string ours)
    {
        GgufMetadata metadata = new GgufMetadataBuilder().Set("general.architecture", architecture).Set($"{architecture}.block_count", 1u).Build();
        Write(metadata, theirs);
        ModelUnsupportedException e = Assert.Throws<ModelUnsupportedException>(() => ModelFileCheck.Check(_path));
        Assert.Equal(theirs, e.Value);
        Assert.Contains("Ollama's own form", e.Message, StringComparison.Ordinal);
        Assert.Contains("hf.co/", e.NextStep, StringComparison.Ordinal);

        Write(metadata, theirs, ours);
        Assert.DoesNotContain("Ollama", Record.Exception(() => ModelFileCheck.Check(_path))?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_characters_as_texts_is_told_apart()
    {
        Write(new GgufMetadataBuilder().Set("general.architecture", "bert").Set("tokenizer.ggml.precompiled_charsmap", GgufArray.FromStrings(["A", "="])).Build(), "token_embd.weight");

        Assert.Equal("tokenizer.ggml.precompiled_charsmap", Assert.Throws<ModelUnsupportedException>(() => ModelFileCheck.Check(_path)).Value);
    }

    private void Write(GgufMetadata metadata, params string[] tensors)
    {
        using GgufWriter writer = GgufWriter.Create(_path, metadata, [.. tensors.Select(static name => new GgufTensorDefinition(name, GgufTensorType.F32, [32]))]);
        foreach (string _ in tensors)
        {
            writer.Write(new byte[32 * sizeof(float)]);
        }

        writer.Complete();
    }
}
