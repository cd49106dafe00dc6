using System.Text.RegularExpressions;
using LocalInference.Guide;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>The corpus of the guide keeps what its README promises, so that a mistake in it is found before a model learns it.</summary>
public sealed partial class GuideCorpusTests
{
    // Of the words of both wordings together: above this, one is the other with a word exchanged.
    private const double NearlyTheSame = 0.7;

    private const int MostSentences = 4;

    [Fact]
    public void There_is_enough_of_everything()
    {
        Assert.InRange(GuideFolder.Corpus.Questions.Count(), 350, int.MaxValue);
        Assert.InRange(GuideFolder.Corpus.OffTopic.Groups.Sum(static group => group.Wordings.Length), 300, int.MaxValue);
        Assert.InRange(GuideFolder.Corpus.OffTopic.Groups.Sum(static group => group.HeldOut.Length), 50, int.MaxValue);
        Assert.InRange(GuideFolder.Corpus.OffTopic.Refusals.Count, 1, 6);
        Assert.InRange(GuideFolder.Corpus.Tools.Requests.Length, 60, int.MaxValue);
        Assert.InRange(GuideFolder.Corpus.Tools.HeldOut.Length, 20, int.MaxValue);
        Assert.All(GuideFolder.Corpus.Questions, static question =>
        {
            Assert.True(question.Wordings.Length is >= 6 and <= 120, $"{question.Id} has {question.Wordings.Length} wordings.");
            Assert.True(question.HeldOut.Length == 2, $"{question.Id} holds {question.HeldOut.Length} wordings out.");
            Assert.True(question.Facts.Length > 0, $"{question.Id} requires no fact.");
        });
    }

    [Fact]
    public void No_text_is_empty()
    {
        IEnumerable<string> texts =
        [
            .. GuideFolder.Training.Concat(GuideFolder.HeldOut).Select(static asked => asked.Wording),
            .. Answers.Select(static answer => answer.Text),
            .. Answers.SelectMany(static answer => answer.Facts).SelectMany(static alternatives => alternatives.DefaultIfEmpty("")),
        ];
        Assert.All(texts, static text => Assert.True(text.Length > 0 && text == text.Trim(), $"'{text}' is empty, or has blanks around it."));
    }

    [Fact]
    public void Ids_are_unique()
    {
        IEnumerable<string> ids = [.. GuideFolder.Corpus.Questions.Select(static question => question.Id), .. GuideFolder.Corpus.OffTopic.Groups.Select(static group => group.Id)];
        Assert.DoesNotContain(ids.CountBy(static id => id, StringComparer.Ordinal), static id => id.Value > 1);
    }

    [Fact]
    public void No_wording_asks_two_things()
    {
        IEnumerable<(string Wording, string Id)> all = [.. GuideFolder.Training, .. GuideFolder.HeldOut];
        Assert.Empty(all.GroupBy(static asked => Key(asked.Wording), StringComparer.Ordinal)
            .Where(static same => same.Count() > 1)
            .Select(static same => string.Join(" / ", same)));
    }

    [Fact]
    public void Held_out_wordings_are_really_other_wordings()
    {
        (HashSet<string> Words, string Wording)[] training = [.. GuideFolder.Training.Select(static asked => (GuideFolder.Words(asked.Wording).ToHashSet(StringComparer.Ordinal), asked.Wording))];
        Assert.Empty(
            from asked in GuideFolder.HeldOut
            let words = GuideFolder.Words(asked.Wording).ToHashSet(StringComparer.Ordinal)
            from known in training
            where Overlap(words, known.Words) >= NearlyTheSame
            select $"{asked} is nearly '{known.Wording}'");
    }

    [Fact]
    public void Answers_hold_the_facts_that_they_are_scored_by() =>
        Assert.Empty(
            from answer in Answers
            from alternatives in answer.Facts
            where !alternatives.Any(fact => answer.Text.Contains(fact, StringComparison.OrdinalIgnoreCase))
            select $"{answer.Id} lacks {string.Join(" or ", alternatives)}");

    [Fact]
    public void Answers_are_short() =>
        Assert.All(Answers, static answer =>
        {
            string prose = Code().Replace(answer.Text, "X");
            Assert.DoesNotContain('`', prose);
            Assert.True(SentenceEnd().Count(prose) is >= 1 and <= MostSentences, $"{answer.Id} has {SentenceEnd().Count(prose)} sentences.");
        });

    [Fact]
    public void Answers_name_commands_and_options_that_are_there()
    {
        GuideCommands commands = new();
        IEnumerable<(string Id, string Text)> answers =
        [
            .. GuideFolder.Corpus.Questions.Select(static question => (question.Id, question.Answer)),
            .. GuideFolder.Corpus.OffTopic.Refusals.Select(static refusal => (refusal.Key, refusal.Value)),
            .. GuideFolder.Corpus.Tools.Results.Select(static outcome => (outcome.Result, outcome.Answer)),
            (nameof(GuideTools.WithoutTool), GuideFolder.Corpus.Tools.WithoutTool.Answer),
            (nameof(GuideTools.HowTo), GuideFolder.Corpus.Tools.HowTo.Answer),
        ];
        Assert.Empty(
            from answer in answers
            from Match code in Code().Matches(answer.Text)
            let fault = commands.FindFault(code.Value.Trim('`'))
            where fault is not null
            select $"{answer.Id}: {fault}");
    }

    [Fact]
    public void Every_group_gets_a_refusal_that_there_is() =>
        Assert.All(GuideFolder.Corpus.OffTopic.Groups, static group => Assert.True(GuideFolder.Corpus.OffTopic.Refusals.ContainsKey(group.Refusal), group.Id));

    // All texts that the model is to say and is scored by.
    private static IEnumerable<(string Id, string Text, string[][] Facts)> Answers =>
    [
        .. GuideFolder.Corpus.Questions.Select(static question => (question.Id, question.Answer, question.Facts)),
        .. GuideFolder.Corpus.OffTopic.Refusals.Select(static refusal => (refusal.Key, refusal.Value, GuideFolder.Corpus.OffTopic.Facts)),
        (nameof(GuideTools.WithoutTool), GuideFolder.Corpus.Tools.WithoutTool.Answer, GuideFolder.Corpus.Tools.WithoutTool.Facts),
        (nameof(GuideTools.HowTo), GuideFolder.Corpus.Tools.HowTo.Answer, GuideFolder.Corpus.Tools.HowTo.Facts),
    ];

    // Some remarks are marks alone.
    private static string Key(string wording) => GuideFolder.Words(wording) is { Length: > 0 } words ? string.Join(' ', words) : wording;

    private static double Overlap(HashSet<string> one, HashSet<string> other)
    {
        int common = one.Count(other.Contains);
        return common == 0 ? 0 : (double)common / (one.Count + other.Count - common);
    }

    [GeneratedRegex("`[^`]*`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"[.!?](?=\s|$)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SentenceEnd();
}
