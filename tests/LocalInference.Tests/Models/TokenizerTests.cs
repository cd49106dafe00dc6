using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Models;

[Collection(ModelTests.Name)]
public sealed class TokenizerTests(ModelFixture fixture)
{
    public static TheoryData<string> Specs => [.. TestModelSpec.AllTiny.Where(s => s.Vocabulary != TestVocabularyKind.Wpm).Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Any_text_comes_back(string name)
    {
        Tokenizer tokenizer = (await fixture.ModelOf(TestModelSpec.AllTiny.Single(s => s.Name == name))).Tokenizer;
        var random = new Random(5);
        string[] texts = ["", "a", "Hello, world!", "  two  spaces ", "tab\tnewline\n\n", "ñandú 你好 😀👩‍👩‍👧", "<s> </s>", "a\0b", .. Enumerable.Range(0, 50).Select(_ => RandomText(random))];

        foreach (string text in texts)
        {
            int[] tokens = tokenizer.Encode(text, addSpecial: false);

            // SentencePiece puts a space before a text, and may drop it again when it writes one.
            Assert.Equal(text.TrimStart(' '), tokenizer.Decode(tokens).TrimStart(' '));
            Assert.All(tokens, token => Assert.InRange(token, 0, tokenizer.VocabularySize - 1));
        }
    }

    [Fact]
    public async Task A_long_text_needs_no_special_care()
    {
        Tokenizer tokenizer = (await fixture.ModelOf(TestModelSpec.Llama)).Tokenizer;
        string text = string.Concat(Enumerable.Repeat("long text with words, and so on. ", 20_000));

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addSpecial: false)).TrimStart(' '));
    }

    [Theory]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-llama-chat")]
    [InlineData("tiny-gemma")]
    public async Task Control_tokens_are_read_only_when_asked(string name)
    {
        Tokenizer tokenizer = (await fixture.ModelOf(TestModelSpec.AllTiny.Single(s => s.Name == name))).Tokenizer;
        string spelled = name == "tiny-gemma" ? "<start_of_turn>" : "<|im_start|>";

        Assert.DoesNotContain(tokenizer.Encode(spelled, addSpecial: false), tokenizer.IsControl);
        int token = Assert.Single(tokenizer.Encode(spelled, addSpecial: false, parseSpecial: true), tokenizer.IsControl);
        Assert.Equal(spelled, tokenizer.GetName(token));
        Assert.Equal("", tokenizer.Decode([token]));
        Assert.Equal(spelled, tokenizer.Decode([token], renderSpecial: true));
    }

    [Fact]
    public async Task Pieces_of_all_tokens_fit_the_bound_and_make_up_the_text()
    {
        foreach (TestModelSpec spec in TestModelSpec.AllTiny)
        {
            Tokenizer tokenizer = (await fixture.ModelOf(spec)).Tokenizer;
            for (int token = 0; token < tokenizer.VocabularySize; token++)
            {
                Assert.InRange(tokenizer.GetBytes(token).Length, 0, tokenizer.LongestPiece);
            }
        }
    }

    [Fact]
    public async Task An_unknown_id_is_refused()
    {
        Tokenizer tokenizer = (await fixture.ModelOf(TestModelSpec.Llama)).Tokenizer;

        Assert.Throws<GenerationException>(() => tokenizer.Decode([-1]));
        Assert.Throws<GenerationException>(() => tokenizer.GetBytes(tokenizer.VocabularySize));
        Assert.Throws<GenerationException>(() => tokenizer.GetName(int.MinValue));
        Assert.False(tokenizer.IsEndOfGeneration(-1));
    }

    [Fact]
    public async Task Lone_surrogates_do_not_break_it()
    {
        Tokenizer tokenizer = (await fixture.ModelOf(TestModelSpec.Qwen2)).Tokenizer;

        Assert.Equal("a\uFFFDb", tokenizer.Decode(tokenizer.Encode("a\uD800b", addSpecial: false)));
    }

    private static string RandomText(Random random)
    {
        string alphabet = "abcdefgh ABC.,\n'0123ñ你é";
        return string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => alphabet[random.Next(alphabet.Length)]));
    }
}
