using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Sampling;

/// <summary>The same logits, settings and seed give the tokens of llama.cpp's own samplers, one after the other.</summary>
public sealed class NativeParityTests(VocabularyFixture vocabularies) : IClassFixture<VocabularyFixture>
{
    private const int ContextLength = 128;

    // LOCALINFERENCE_SAMPLING_ROUNDS multiplies the settings that are tried; CI takes 1, a few seconds for each size.
    private static readonly int s_rounds =
        int.TryParse(Environment.GetEnvironmentVariable("LOCALINFERENCE_SAMPLING_ROUNDS"), out int rounds) ? rounds : 1;

    [Theory]
    [InlineData(512, 1200, 12)]
    [InlineData(1500, 500, 12)]
    [InlineData(5000, 200, 8)]
    [InlineData(49_152, 24, 6)]
    [InlineData(152_064, 8, 5)]
    public void Every_combination_of_settings_chooses_llama_cpps_tokens(int vocabularySize, int settings, int tokens) =>
        Compare(vocabularies.Of(TestModelSpec.Qwen2 with { VocabularySize = vocabularySize }), settings, tokens, static o => o);

    [Fact]
    public void Breakers_of_a_vocabulary_with_spaces_in_front_are_llama_cpps() =>
        Compare(vocabularies.Of(TestModelSpec.Llama), 400, 12, static o => o with { DryMultiplier = 2, DryAllowedLength = 1, TypicalP = 1, Mirostat = MirostatMode.Off });

    private static void Compare(Tokenizer tokenizer, int settings, int tokens, Func<SamplingOptions, SamplingOptions> change)
    {
        using var buffer = new CandidateBuffer(tokenizer.VocabularySize);
        var options = new SamplingSettings(tokenizer.VocabularySize);
        var rows = new SamplingRows(tokenizer.VocabularySize);
        var different = new List<string>();
        int compared = 0;
        for (int i = 0; i < settings * s_rounds; i++)
        {
            SamplingOptions o = PossibleFor(change(options.Next(tokenizer.VocabularySize)));
            compared += CompareTokens(o, tokenizer, buffer, rows, tokens, different);
        }

        Assert.True(different.Count == 0, $"{different.Count} of {compared} differ:\n{string.Join('\n', different.Take(12))}");
    }

    private static SamplingOptions PossibleFor(SamplingOptions o) => o.TypicalP < 1
        ? o with { TopNSigma = -1, DryMultiplier = 0, LogitBias = o.LogitBias.Where(b => float.IsFinite(b.Value)).ToDictionary() }
        : o;

    private static int CompareTokens(SamplingOptions o, Tokenizer tokenizer, CandidateBuffer buffer, SamplingRows rows, int tokens, List<string> different)
    {
        using var ours = TokenSampler.Create(new() { Sampling = o }, tokenizer, ContextLength, buffer);
        using var theirs = TokenSampler.Create(new() { Sampling = o with { UseNativeSamplers = true } }, tokenizer, ContextLength, buffer);
        var random = new Random((int)o.Seed!.Value);

        // A short alphabet, so that penalties and DRY find repetitions.
        for (int i = 0; i < 40; i++)
        {
            int token = random.Next(8);
            ours.AcceptPrompt(token);
            theirs.AcceptPrompt(token);
        }

        for (int i = 0; i < tokens; i++)
        {
            float[] row = rows.Next(tokenizer.VocabularySize);
            if (o.TypicalP < 1)
            {
                AvoidImpossible(row);
            }

            float[] before = [.. row];
            var peak = LogitPeak.Of(row);
            int expected = theirs.Sample(row, peak);
            int actual = ours.Sample(row, peak);
            Assert.Equal(before, row);
            if (actual != expected)
            {
                different.Add($"token {i}: {actual} ({row[actual]:R}) instead of {expected} ({row[expected]:R}) with {o}");
                return i + 1;
            }
        }

        return tokens;
    }

    // With a token that cannot come, the entropy of llama.cpp's typical sampler is NaN and its choice arbitrary. Between -10 and 10
    // no penalty makes one so unlikely.
    private static void AvoidImpossible(float[] row)
    {
        float shift = 10 - row.Max();
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = Math.Max(row[i] + shift, -10);
        }
    }
}
