using LocalInference.Guide;
using LocalInference.Training;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>What is learned of a sample: the mark of its answer, then, for less, the answer's words.</summary>
public sealed class SampleShaperTests
{
    private static readonly AnswerMarks s_marks = new(["Yes.", "No.", "Pull {name}."]);

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
        Assert.Equal([0, 1, 1, 0, 1, 0.25f, 0.25f], shaped.Weights);
    }

    [Fact]
    public void A_call_has_no_mark_and_weighs_as_much()
    {
        TrainingSample shaped = Shape(new GuideSample([], HasTool: true, Answer: null), [4, 5, 6], [0, 1, 1], splitOneIn: 1);

        Assert.Equal([4, 5, 6], shaped.Tokens);
        Assert.Equal([0, 1, 1], shaped.Weights);
    }

    [Fact]
    public void Words_with_a_name_in_them_do_not_follow_from_their_mark()
    {
        TrainingSample shaped = Shape(new GuideSample([], HasTool: false, "Pull {name}."), [4, 6, 7], [0, 1, 1], splitOneIn: 1);

        Assert.Equal([4, 4, 6, 7], shaped.Tokens);
        Assert.Equal([0, 1, 1, 1], shaped.Weights);
    }

    [Fact]
    public void Words_of_brief_questions_are_spelled_by_their_parts_now_and_then()
    {
        GuideSample brief = new([], HasTool: false, "No.", IsBrief: true);

        // A turn's start, its role and the end of the line; a word; the turn's end, and the next one's role.
        int[] tokens = [AnswerMarks.TurnStart, s_word, 9, s_word, AnswerMarks.TurnEnd, s_word, 9];
        float[] weights = [0, 0, 0, 0, 0, 0, 1];

        TrainingSample always = Shape(brief, tokens, weights, splitOneIn: 1);
        TrainingSample whole = Shape(brief with { IsBrief = false }, tokens, weights, splitOneIn: 1);

        Assert.Equal([AnswerMarks.TurnStart, s_word, 9], always.Tokens[..3]);
        Assert.Equal("question", string.Concat(always.Tokens[3..^3].Select(static token => s_vocabulary.Tokens[token])));
        Assert.Equal("question".Length, always.Tokens[3..^3].Length);
        Assert.Equal([AnswerMarks.TurnEnd, s_word, 3], always.Tokens[^3..]);
        Assert.Equal([.. tokens[..6], 3, 9], whole.Tokens);
    }

    private static TrainingSample Shape(GuideSample made, int[] tokens, float[] weights, int splitOneIn)
    {
        GuideRecipe recipe = GuideRecipe.Read(GuideFolder.Path);
        return new SampleShaper(s_marks, s_vocabulary, recipe with { Training = recipe.Training with { WordWeight = 0.25f, SplitOneIn = splitOneIn } }).Shape(new TrainingSample(tokens, weights), made);
    }
}
