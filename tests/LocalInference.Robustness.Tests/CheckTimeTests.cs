using System.Diagnostics;
using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Robustness.Tests.Mutations;
using LocalInference.Robustness.Tests.Running;
using Xunit.Abstractions;

namespace LocalInference.Robustness.Tests;

/// <summary>The check reads headers only, so that a load does not feel it.</summary>
public sealed class CheckTimeTests(SeedModels seeds, ITestOutputHelper output) : IClassFixture<SeedModels>
{
    private const int Vocabulary = 150_000;

    // Some 30 ms on an idle machine; enough room for a busy one.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task ALargeVocabularyIsCheckedInNoTime()
    {
        // Without byte tokens it is refused by the last rule of all, and never gets to llama.cpp.
        string path = Path.Combine(seeds.Folder, "large.gguf");
        ModelImage image = ModelImage.Read(seeds.Path("tiny-llama")).With(static metadata => metadata
            .Set("tokenizer.ggml.tokens", GgufArray.FromStrings(Enumerable.Range(0, Vocabulary).Select(static i => $"▁token{i.ToString(CultureInfo.InvariantCulture)}")))
            .Set("tokenizer.ggml.scores", GgufArray.From<float>(new float[Vocabulary]))
            .Set("tokenizer.ggml.token_type", GgufArray.From<int>([.. Enumerable.Repeat(1, Vocabulary)])));
        Assert.True(image.TryWrite(path));

        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            ModelUnsupportedException e = await Assert.ThrowsAsync<ModelUnsupportedException>(() => LocalModel.LoadAsync(path));
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            best = elapsed < best ? elapsed : best;
            Assert.Equal("<0x00>", e.Value);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Vocabulary} tokens: {best.TotalMilliseconds:F1} ms"));
        Assert.True(best < s_longest, best.ToString());
    }
}
