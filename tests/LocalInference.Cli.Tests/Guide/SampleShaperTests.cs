using LocalInference.Guide;
using LocalInference.Training;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>What is learned of a sample: the mark of its answer, then, for less, the answer's words.</summary>
public sealed class SampleShaperTests
{
    private static readonly AnswerMarks s_marks = new(["Yes.", "No."]);

    private static readonly BytePairVocabulary s_vocabulary = BytePairVocabulary.Train([.. Enumerable.Repeat("question", 5)], new BytePairOptions { Size = 300, ControlTokens = s_marks.ControlTokens });

    private static readonly int s_word = s_vocabulary.Tokens.IndexOf("question");

    [Fact]
    public void A_brief_sample_ends_with_the_mark_of_its_answer()
    {
        TrainingSample shaped = Shape(new GuideSample([], HasTool: false, "No.", IsBrief: true), [0, 4, 5, 1, 6, 7, 1], [0, 0, 0, 0, 1, 1, 1], splitOneIn: int.MaxValue);

        Assert.Equal([0, 4, 5, 1, 3], shaped.Tokens);
        Assert.Equal([0, 0, 0, 0, 1], shaped.Weights);
    }

    [Fact]
    public void Words_behind_a_mark_weigh_less_than_it_and_only_the_last_answer_has_one()
    {
        TrainingSample shaped = Shape(new GuideSample([], HasTool: true, "Yes."), [4, 5, 6, 7, 8, 1], [0, 1, 1, 0, 1, 1], splitOneIn: 1);

        Assert.Equal([4, 5, 6, 7, 2, 8, 1], shaped.Tokens);
        Assert.Equal([0, 0.25f, 0.25f, 0, 1, 0.25f, 0.25f], shaped.Weights);
    }

    [Fact]
    public void A_call_has_no_mark()
    {
        TrainingSample shaped = Shape(new GuideSample([], HasTool: true, Answer: null), [4, 5, 6], [0, 1, 1], splitOneIn: 1);

        Assert.Equal([4, 5, 6], shaped.Tokens);
        Assert.Equal([0, 0.25f, 0.25f], shaped.Weights);
    }

    [Fact]
    public void Words_of_brief_questions_are_spelled_by_their_parts_now_and_then()
    {
        GuideSample brief = new([], HasTool: false, "No.", IsBrief: true);

        TrainingSample always = Shape(brief, [s_word, 9], [0, 1], splitOneIn: 1);
        TrainingSample whole = Shape(brief with { IsBrief = false }, [s_word, 9], [0, 1], splitOneIn: 1);

        Assert.Equal("question", string.Concat(always.Tokens[..^1].Select(static token => s_vocabulary.Tokens[token])));
        Assert.Equal("question".Length + 1, always.Tokens.Length);
        Assert.Equal([s_word, 3, 9], whole.Tokens);
    }

    private static TrainingSample Shape(GuideSample made, int[] tokens, float[] weights, int splitOneIn)
    {
        GuideRecipe recipe = GuideRecipe.Read(GuideFolder.Path);
        return new SampleShaper(s_marks, s_vocabulary, recipe with { Training = recipe.Training with { WordWeight = 0.25f, SplitOneIn = splitOneIn } }).Shape(new TrainingSample(tokens, weights), made);
    }
}
