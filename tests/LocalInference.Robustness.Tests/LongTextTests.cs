using LocalInference.Robustness.Tests.Running;

namespace LocalInference.Robustness.Tests;

/// <summary>A million bytes of one character, through each tokenizer of the test models: no stack that overflows, no endless work.
/// What SentencePiece has no piece for is spelled in bytes, and each grows the result by itself (resegment in llama-vocab.cpp), so
/// that time grows with the square: 100 kB of it take as long as a test may.</summary>
public sealed class LongTextTests(SeedModels seeds) : IClassFixture<SeedModels>
{
    private const int Megabyte = 1_000_000;
    private const int SpelledBytes = 100_000;

    // An ordinary stack of 8 MB ends at some 20,000.
    private const int RegexCharacters = 200_000;

    public static TheoryData<string, string, int> Texts
    {
        get
        {
            TheoryData<string, string, int> data = [];
            foreach (string model in (string[])["tiny-llama", "tiny-llama3", "tiny-qwen2", "tiny-gemma", "tiny-bert"])
            {
                foreach ((string text, int bytes) in ((string, int)[])[("a", 1), (" ", 1), ("\\n", 1), ("😀", 4)])
                {
                    bool spelled = model is "tiny-llama" or "tiny-gemma" && text is "\\n" or "😀";
                    data.Add(model, text, (spelled ? SpelledBytes : Megabyte) / bytes);
                }
            }

            foreach (string preTokenizer in SeedModels.PreTokenizersOnRegex)
            {
                foreach (string text in (string[])["a", " ", "\\n", "!", "7"])
                {
                    data.Add($"tiny-{preTokenizer}", text, RegexCharacters);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task IsTokenized(string model, string text, int count)
    {
        Verdict verdict = await seeds.Host.TryAsync($"{seeds.Path(model)}\t{text}\t{count}");
        Assert.Equal(Outcome.Ran, verdict.Outcome);
    }
}
