using System.Runtime.InteropServices;
using LocalInference.Robustness.Tests.Mutations;
using LocalInference.Robustness.Tests.Running;

namespace LocalInference.Robustness.Tests;

/// <summary>Weights that are no numbers make logits that are none, which would run the samplers' sorts out of their arrays.</summary>
public sealed class DamagedWeightTests(SeedModels seeds) : IClassFixture<SeedModels>
{
    [Theory]
    [InlineData("tiny-llama", "output.weight", float.NaN)]
    [InlineData("tiny-llama", "output_norm.weight", float.NaN)]
    [InlineData("tiny-llama", "token_embd.weight", float.NaN)]
    [InlineData("tiny-llama", "blk.0.attn_v.weight", float.NaN)]
    [InlineData("tiny-llama", "blk.1.ffn_down.weight", float.PositiveInfinity)]
    [InlineData("tiny-qwen2", "blk.0.attn_q.bias", float.NaN)]
    [InlineData("tiny-gemma2", "blk.0.attn_norm.weight", float.NegativeInfinity)]
    [InlineData("tiny-phi3", "output.weight", float.PositiveInfinity)]
    public async Task AreAnErrorOfTheRequest(string model, string tensor, float value)
    {
        string path = Path.Combine(seeds.Folder, "weights.gguf");
        ModelImage image = ModelImage.Read(seeds.Path(model)).With(tensor, old =>
        {
            float[] values = new float[old.Data.Length / sizeof(float)];
            Array.Fill(values, value);
            return old with { Data = [.. MemoryMarshal.AsBytes(values.AsSpan())] };
        });
        Assert.True(image.TryWrite(path));

        // The host's prompt has several tokens, and its sampler sorts for top-k.
        Verdict verdict = await seeds.Host.TryAsync(path);

        Assert.Equal(Outcome.Failed, verdict.Outcome);
        Assert.Contains("logits_invalid", verdict.Details, StringComparison.Ordinal);
    }
}
