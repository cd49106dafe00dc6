using LocalInference.Guide;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>Samples are made as README.md of the guide says.</summary>
public sealed class GuideSampleTests
{
    private static readonly GuideMix s_mix = new(Forms: 2, OffTopic: 3, Calls: 3, WithoutTool: 2, HowTo: 4, ToolOneIn: 5, WholeOneIn: 4);

    private static readonly GuideSample[] s_pass = [.. Maker(1).Pass()];

    [Fact]
    public void Nothing_that_is_held_out_is_learned()
    {
        HashSet<string> said = s_pass.SelectMany(static sample => sample.Messages).Where(static message => message.Role == "user").Select(static message => message.Content).ToHashSet(StringComparer.Ordinal);

        Assert.DoesNotContain(GuideCase.Of(GuideFolder.Corpus), asked => asked.Kind != GuideKind.Learned && said.Contains(asked.Question));
    }

    [Fact]
    public void Each_wording_is_there_in_so_many_forms_with_its_answer()
    {
        Dictionary<string, int> samples = s_pass.Where(static sample => sample.Messages.Count == 2).CountBy(static sample => sample.Messages[1].Content, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

        Assert.All(
            GuideFolder.Corpus.Questions.GroupBy(static question => question.Answer, StringComparer.Ordinal),
            same => Assert.Equal(s_mix.Forms * same.Sum(static question => question.Wordings.Length), samples[same.Key]));
    }

    [Fact]
    public void Each_kind_is_there_as_often_as_the_mix_says()
    {
        GuideTools tools = GuideFolder.Corpus.Tools;
        int calls = s_pass.Count(static sample => sample.Messages.Any(static message => message.Pulls is not null));
        int inWords = s_pass.Count(static sample => sample.Messages is [_, { Content: var answer }] && answer.StartsWith("Run `localinference pull ", StringComparison.Ordinal) && answer.Contains("`localinference run ", StringComparison.Ordinal));

        Assert.Equal(tools.Requests.Length * s_mix.Calls, calls);
        Assert.True(inWords >= (tools.Requests.Length * s_mix.WithoutTool) + (2 * tools.HowTo.Wordings.Length * s_mix.HowTo));
        Assert.InRange(s_pass.Count(static sample => sample.Messages.Any(static message => message.Role == "tool")), calls / 3, calls * 2 / 3);
        Assert.Equal(GuideFolder.Corpus.Questions.Count(), s_pass.Count(static sample => sample.Messages.Count(static message => message.Role == "user") > 1));
    }

    [Fact]
    public void One_question_in_so_many_has_its_whole_answer_and_everything_else_too()
    {
        int questions = (s_mix.Forms * GuideFolder.Corpus.Questions.Sum(static question => question.Wordings.Length)) + (s_mix.OffTopic * GuideFolder.Corpus.OffTopic.Groups.Sum(static group => group.Wordings.Length));

        Assert.InRange(s_pass.Count(static sample => sample.IsBrief), questions * 0.7, questions * 0.8);
        Assert.DoesNotContain(s_pass, static sample => sample.IsBrief && sample.Messages.Count > 2);
    }

    [Fact]
    public void Calls_and_answers_repeat_the_name_that_was_asked_for() =>
        Assert.All(s_pass.Where(static sample => sample.HasTool && sample.Messages[1].Pulls is not null), static sample =>
        {
            string name = sample.Messages[1].Pulls!;
            Assert.Contains(name, sample.Messages[0].Content, StringComparison.Ordinal);
            Assert.DoesNotContain(sample.Messages, static message => message.Content.Contains(GuideTools.Name, StringComparison.Ordinal));
            Assert.True(sample.Messages.Count == 2 || sample.Messages[3].Content.Contains(name, StringComparison.Ordinal) || sample.Messages[3].Content.Contains("localinference", StringComparison.Ordinal));
        });

    [Fact]
    public void No_invented_name_is_one_that_is_held_out()
    {
        HashSet<string> names = s_pass.SelectMany(static sample => sample.Messages).Select(static message => message.Pulls).OfType<string>().ToHashSet(StringComparer.Ordinal);

        Assert.True(names.Count > 150, $"{names.Count} names");
        Assert.DoesNotContain(GuideFolder.Corpus.Tools.HeldOut, request => names.Contains(request.Name));
    }

    [Fact]
    public void The_seed_decides()
    {
        Assert.Equal(Text(s_pass), Text(Maker(1).Pass()));
        Assert.NotEqual(Text(s_pass), Text(Maker(2).Pass()), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("How do I pull a model?", "How do I pull a model?")]
    [InlineData("How do I pull a model?", "how do i pull a model")]
    [InlineData("GGUF is what.", "gguf is what")]
    [InlineData("?", "?")]
    public void Forms_are_the_wording_and_its_lower_case_without_its_mark(string wording, string expected) =>
        Assert.Contains(expected, Forms(wording), StringComparer.Ordinal);

    [Theory]
    [InlineData("Pull a model?", "pull a model?")]
    [InlineData("GGUF is what.", "GGUF is what.")]
    [InlineData("I want it", "I want it")]
    [InlineData("Qwen3 please", "Qwen3 please")]
    public void Openings_take_the_capital_of_a_sentence_and_no_other(string wording, string expected)
    {
        string[] opened = [.. GuideFolder.Corpus.Variations.Openings.Select(opening => opening + expected)];

        Assert.NotEmpty(Forms(wording).Intersect(opened, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Pull it, please?", "Fetch it, please?")]
    [InlineData("get rid of it", "delete it")]
    [InlineData("how do i get rid of it", "how can i delete it")]
    [InlineData("repull it", null)]
    [InlineData("rid of it", null)]
    public void Synonyms_take_the_place_of_whole_words_with_their_capital_and_their_mark(string wording, string? expected)
    {
        Synonyms synonyms = new([["pull", "fetch"], ["get", "obtain"], ["get rid of", "delete"], ["how do i", "how can i"]]);
        Chance chance = new(5);
        string[] forms = [.. Enumerable.Range(0, 200).Select(_ => synonyms.Next(wording, chance)).Distinct(StringComparer.Ordinal)];

        Assert.Contains(wording, forms, StringComparer.Ordinal);
        Assert.Equal(expected is not null, forms.Length > 1);
        Assert.True(expected is null || forms.Contains(expected, StringComparer.Ordinal));
    }

    [Fact]
    public void Of_long_wordings_up_to_a_third_of_the_words_are_left_out_and_of_short_ones_none()
    {
        string[] bare = [.. Forms("one two three four five six").Where(static form => form.Split(' ').All("one two three four five six".Split(' ').Contains))];

        Assert.Equal([4, 5, 6], bare.Select(static form => form.Split(' ').Length).Distinct().Order());
        Assert.All(Forms("one two three"), static form => Assert.Contains("one two three", form, StringComparison.OrdinalIgnoreCase));
    }

    private static string[] Forms(string wording)
    {
        Wordings wordings = new(GuideFolder.Corpus.Variations, new Chance(3));
        return [.. Enumerable.Range(0, 500).Select(_ => wordings.Next(wording))];
    }

    private static SampleMaker Maker(ulong seed) => new(GuideFolder.Corpus, s_mix, new Chance(seed));

    private static string Text(IEnumerable<GuideSample> samples)
    {
        using MemoryStream stream = new();
        SampleFile.Write(stream, samples, GuideFolder.Corpus);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
