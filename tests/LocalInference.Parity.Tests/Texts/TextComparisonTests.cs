using LocalInference.Gguf;
using LocalInference.Parity.Engine;
using LocalInference.Parity.Texts;

namespace LocalInference.Parity.Tests.Texts;

[Collection(ModelTests.Name)]
public sealed class TextComparisonTests(ModelFiles files)
{
    [Fact]
    public async Task Answers_are_equal_in_tokens_and_text_whatever_stands_for_bytes_that_are_no_text()
    {
        await using LocalModel model = await new EngineSetup(files.Of(GgufTensorType.F32)).LoadAsync(default);
        int end = Assert.NotNull(model.Tokenizer.EndOfSequence);

        Assert.True(Compare(model, new([5, 6], "ab\uFFFD", 0), new([5, 6, end], "ab", 0)).AllEqual);
        Assert.False(Compare(model, new([5, 6], "ab", 0), new([5, 7], "ab", 0)).AllEqual);
        Assert.False(Compare(model, new([5, 6], "ab", 0), new([5], "ab", 0)).AllEqual);
        Assert.False(Compare(model, new([5, 6], "ab", 0), new([5, 6], "ac", 0)).AllEqual);
        Assert.False(new TextComparison("none", model.Tokenizer).AllEqual);
        Assert.Contains("0 of 1 texts equal (2 tokens); first other: answer 1: tokens equal up to 1 of 2 and 2", Compare(model, new([5, 6], "a", 0), new([5, 7], "b", 0)).ToString(), StringComparison.Ordinal);
    }

    private static TextComparison Compare(LocalModel model, GreedyAnswer ours, GreedyAnswer theirs)
    {
        TextComparison comparison = new("test", model.Tokenizer);
        comparison.Add(ours, theirs);
        return comparison;
    }
}
