using LocalInference.TestModels;

namespace LocalInference.Training.Tests.Datasets;

public sealed class TextSampleTests : DatasetTest
{
    private const string Text = "Once upon a time there was a fox 🦊 and the fox said: <|im_end|> naïve things, 狐は言った。";

    public static TheoryData<string> Models => [TestModelSpec.Llama.Name, TestModelSpec.Qwen2.Name, TestModelSpec.Llama3.Name];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task A_text_is_learned_whole_and_ends(string name)
    {
        await using LocalModel model = await Load(TestModelSpec.AllTiny.Single(spec => spec.Name == name));
        await File.WriteAllTextAsync(At("text.txt"), Text);

        TrainingSample sample = Assert.Single((await DatasetLoader.LoadAsync(At("text.txt"), model)).Training);

        Assert.Equal([.. model.Tokenizer.Encode(Text), model.Tokenizer.EndOfSequence!.Value], sample.Tokens);
        Assert.All(sample.Weights, static weight => Assert.Equal(1, weight));
    }

    [Fact]
    public async Task A_long_text_is_several_samples_in_which_every_token_is_predicted_once()
    {
        await using LocalModel model = await Load(TestModelSpec.Qwen2);
        await File.WriteAllTextAsync(At("text.txt"), string.Concat(Enumerable.Repeat(Text, 20)));

        IReadOnlyList<TrainingSample> samples = (await DatasetLoader.LoadAsync(At("text.txt"), model, new DatasetOptions { MaxLength = 64 })).Training;

        int[] whole = [.. model.Tokenizer.Encode(string.Concat(Enumerable.Repeat(Text, 20))), model.Tokenizer.EndOfSequence!.Value];
        Assert.All(samples.SkipLast(1), static sample => Assert.Equal(64, sample.Tokens.Length));
        int[] predicted = [.. samples.SelectMany(static sample => sample.Tokens.Skip(1))];
        Assert.Equal(whole[1..], predicted);
        Assert.All(samples.Zip(samples.Skip(1)), static pair => Assert.Equal(pair.First.Tokens[^1], pair.Second.Tokens[0]));
    }

    [Fact]
    public async Task A_text_that_no_tokenizer_takes_at_once_is_learned_whole()
    {
        const string Line = "the cat sat on the mat\n";
        await using LocalModel model = await Load(TestModelSpec.Llama3);
        int count = (2_000_000 / Line.Length) + 1;
        SampleMaker maker = new(model, new DatasetOptions(), CancellationToken.None);

        TrainingSample[] samples = [.. maker.Make(new TextRecord(1, string.Concat(Enumerable.Repeat(Line, count))))];

        int[] line = model.Tokenizer.Encode(Line, addSpecial: false);
        int[] expected = [.. model.Tokenizer.Encode(""), .. Enumerable.Repeat(line, count).SelectMany(static tokens => tokens), model.Tokenizer.EndOfSequence!.Value];
        int[] learned = [samples[0].Tokens[0], .. samples.SelectMany(static sample => sample.Tokens.Skip(1))];
        Assert.True(expected.AsSpan().SequenceEqual(learned));
    }

    [Theory]
    [InlineData("one\ntwo\nthree", 8, "one\ntwo\n|three")]
    [InlineData("one\ntwo\nthree", 6, "one\n|two\n|three")]
    [InlineData("abcdefg\nhi", 3, "abc|def|g\n|hi")]
    [InlineData("abc🦊d", 4, "abc|🦊d")]
    [InlineData("", 4, "")]
    public void Long_texts_are_cut_where_lines_end(string text, int longest, string pieces) =>
        Assert.Equal(pieces, string.Join('|', TextPieces.Of(text, longest)));

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Of_prompt_and_completion_the_completion_is_learned(string name)
    {
        await using LocalModel model = await Load(TestModelSpec.AllTiny.Single(spec => spec.Name == name));

        TrainingSample sample = Assert.Single((await DatasetLoader.LoadAsync(Write("data.jsonl", """{"prompt":"Say the word:","completion":" fox 🦊."}"""), model)).Training);

        Assert.Equal(model.Tokenizer.Encode("Say the word:"), sample.Tokens.Where((_, i) => sample.Weights[i] == 0));

        // SentencePiece decodes a text without the space before it.
        Assert.Equal("fox 🦊.", Learned(model, sample with { Tokens = sample.Tokens[..^1], Weights = sample.Weights[..^1] }).TrimStart());
        Assert.Equal((model.Tokenizer.EndOfSequence, 1f), (sample.Tokens[^1], sample.Weights[^1]));
    }

    [Fact]
    public async Task Sentence_piece_puts_no_space_before_a_completion()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama);
        Assert.Equal(model.Tokenizer.Encode("t").Length, model.Tokenizer.Encode("the").Length);

        TrainingSample sample = Assert.Single((await DatasetLoader.LoadAsync(Write("data.jsonl", """{"prompt":"t","completion":"he"}"""), model)).Training);

        Assert.Equal("the", model.Tokenizer.Decode(sample.Tokens).Trim());
        Assert.Equal(1, sample.Weights[^2]);
    }

    [Fact]
    public async Task No_token_reaches_from_the_prompt_into_the_completion()
    {
        await using LocalModel model = await Load(TestModelSpec.Qwen2);
        int[] apart = [.. model.Tokenizer.Encode("th"), .. model.Tokenizer.Encode("e", addSpecial: false)];
        Assert.NotEqual(apart, model.Tokenizer.Encode("the"));

        TrainingSample sample = Assert.Single((await DatasetLoader.LoadAsync(Write("data.jsonl", """{"prompt":"th","completion":"e"}"""), model)).Training);

        Assert.Equal([.. apart, model.Tokenizer.EndOfSequence!.Value], sample.Tokens);
    }
}
