using LocalInference.Abstractions;

namespace LocalInference.Training.Tests.Vocabulary;

/// <summary>A vocabulary is what its texts make it, and llama.cpp reads it as it was meant.</summary>
public sealed class BytePairVocabularyTests : IDisposable
{
    private static readonly string[] s_texts =
    [
        "How do I pull a model? Run `localinference pull qwen2.5:0.5b`.",
        "localinference pull hf.co/Qwen/Qwen3-0.6B-GGUF:Q8_0, and then localinference run it.",
        "Run the model. The model runs, isn't it? Models are pulled\n\n  and run: 12 of 345.",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-vocabulary-").FullName;

    public static TheoryData<string> Texts =>
    [
        .. s_texts,
        "",
        " ",
        "What the vocabulary has never seen: Zürich, 東京, 🙂 and ½.",
        "a  b\t\tc \n\n\n d   ",
        "x1234567 890/a.b_c-d:e don't WE'RE",
        "<|im_start|>user",
        "pulling pulled pull-model localinferencelocalinference",
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Llama_cpp_reads_texts_as_its_merges_say(string text)
    {
        BytePairVocabulary vocabulary = Train();
        await using LocalModel model = await LocalModel.LoadAsync(Write(vocabulary), new LocalModelOptions { ContextLength = 64 });

        int[] tokens = model.Tokenizer.Encode(text, addSpecial: true);

        Assert.Equal(new ReferenceEncoder(vocabulary).Encode(text), tokens);
        Assert.Equal(text, model.Tokenizer.Decode(tokens));
    }

    [Fact]
    public async Task Control_tokens_are_what_they_are_for()
    {
        await using LocalModel model = await LocalModel.LoadAsync(Write(Train()), new LocalModelOptions { ContextLength = 64 });

        Assert.Equal([0, 1], model.Tokenizer.Encode("<|im_start|><|im_end|>", addSpecial: true, parseSpecial: true));
        Assert.Equal(1, model.Tokenizer.EndOfSequence);
        Assert.True(model.Tokenizer.IsEndOfGeneration(1));
        Assert.False(model.Tokenizer.IsEndOfGeneration(0));
        Assert.False(model.Tokenizer.AddsBeginOfSequence);
    }

    [Fact]
    public void The_same_texts_in_any_order_give_the_same()
    {
        Assert.Equal(Train().Digest, BytePairVocabulary.Train(s_texts.Reverse(), Options).Digest);
        Assert.NotEqual(Train().Digest, BytePairVocabulary.Train(s_texts.Take(2), Options).Digest, StringComparer.Ordinal);
    }

    [Fact]
    public void What_is_frequent_becomes_one_token()
    {
        BytePairVocabulary vocabulary = Train();

        Assert.InRange(vocabulary.Tokens.Length, 280, 320);
        Assert.Equal(vocabulary.Tokens.Length, vocabulary.Tokens.Distinct(StringComparer.Ordinal).Count());
        Assert.Contains("Ġpull", vocabulary.Tokens, StringComparer.Ordinal);
        Assert.Equal(("p", "u"), BytePairVocabulary.Train(["pu pu pu ab"], Options).Merges[0]);
    }

    [Fact]
    public void Digits_and_separate_characters_are_in_no_other_token()
    {
        BytePairVocabulary vocabulary = BytePairVocabulary.Train([.. s_texts, .. Enumerable.Repeat("--a-b- ... 77 7/7 __", 50)], Options);

        Assert.DoesNotContain(vocabulary.Tokens.Skip(2), static token => token.Length > 1 && token.Any(static c => char.IsAsciiDigit(c) || "/:.-_".Contains(c, StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_texts_there_are_the_bytes() => Assert.Equal(258, BytePairVocabulary.Train([]).Tokens.Length);

    [Theory]
    [InlineData(257, "<|im_end|>", "")]
    [InlineData(300, "</s>", "")]
    [InlineData(300, "<|im_end|>", "ü")]
    public void Options_that_mean_nothing_are_refused(int size, string end, string separate) =>
        Assert.Throws<TrainingException>(() => BytePairVocabulary.Train([], new BytePairOptions { Size = size, EndOfText = end, Separate = separate }));

    private static BytePairOptions Options => new() { Size = 320, Separate = "/:.-_" };

    private static BytePairVocabulary Train() => BytePairVocabulary.Train(s_texts, Options);

    private string Write(BytePairVocabulary vocabulary)
    {
        string path = Path.Combine(_folder, "model.gguf");
        NewModel.Write(path, new NewModelShape { Layers = 1, Width = 32, Heads = 2, KeyValueHeads = 2, FeedForwardWidth = 32, ContextLength = 64 }, vocabulary, seed: 1);
        return path;
    }
}
