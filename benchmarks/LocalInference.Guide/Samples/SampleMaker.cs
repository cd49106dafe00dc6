using System.Text.RegularExpressions;

namespace LocalInference.Guide;

/// <summary>
/// Makes what the guide learns of its corpus, as <c>models/guide/README.md</c> says under "How a training sample is made". Each pass
/// draws anew, so that the model sees no name and few variations twice.
/// </summary>
internal sealed partial class SampleMaker(GuideCorpus corpus, GuideMix mix, Chance chance)
{
    private readonly Wordings _wordings = new(corpus.Variations, chance);
    private readonly ModelNames _names = new(corpus.Tools.Names, Words(corpus), chance);

    /// <summary>One pass: every wording of every question, in some of its forms, and the rest of the mix.</summary>
    public IEnumerable<GuideSample> Pass()
    {
        (string Wording, string Answer)[] questions = [.. corpus.Questions.SelectMany(static question => question.Wordings.Select(wording => (wording, question.Answer)))];
        (string Wording, string Answer)[] offTopic = [.. corpus.OffTopic.Groups.SelectMany(group => group.Wordings.Select(wording => (wording, corpus.OffTopic.Refusals[group.Refusal])))];
        return
        [
            .. Forms(questions, mix.Forms),
            .. Forms(offTopic, mix.OffTopic),
            .. corpus.Questions.Select(_ => Conversation(questions, offTopic)),
            .. Named(corpus.Tools.Requests, mix.Calls, Call),
            .. Named(corpus.Tools.Requests, mix.WithoutTool, (request, name) => InWords(request, name, corpus.Tools.WithoutTool.Answer, hasTool: false)),
            .. Named(corpus.Tools.HowTo.Wordings, mix.HowTo, (request, name) => InWords(request, name, corpus.Tools.HowTo.Answer, hasTool: false)),
            .. Named(corpus.Tools.HowTo.Wordings, mix.HowTo, (request, name) => InWords(request, name, corpus.Tools.HowTo.Answer, hasTool: true)),
        ];
    }

    // Of what answers consist of: words that a name may hold as well.
    private static string[] Words(GuideCorpus corpus) =>
        [.. corpus.Questions.SelectMany(static question => Word().Matches(question.Answer).Select(static match => match.Value)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private IEnumerable<GuideSample> Forms((string Wording, string Answer)[] asked, int forms) =>
        asked.SelectMany(one => Enumerable.Range(0, forms).Select(_ => Question(_wordings.Next(one.Wording), one.Answer)));

    private GuideSample Question(string wording, string answer) =>
        new([GuideMessage.User(wording), GuideMessage.Answer(answer)], chance.OneIn(mix.ToolOneIn), answer, !chance.OneIn(mix.WholeOneIn));

    private GuideSample Conversation((string Wording, string Answer)[] questions, (string Wording, string Answer)[] offTopic)
    {
        int turns = 2 + chance.Below(2);
        int other = chance.OneIn(3) ? chance.Below(turns) : -1;
        (string Wording, string Answer)[] asked = [.. Enumerable.Range(0, turns).Select(turn => chance.Of(turn == other ? offTopic : questions))];
        return new GuideSample([.. asked.SelectMany(static one => new[] { GuideMessage.User(one.Wording), GuideMessage.Answer(one.Answer) })], HasTool: false, asked[^1].Answer);
    }

    private IEnumerable<GuideSample> Named(string[] wordings, int names, Func<string, string, GuideSample> make) =>
        wordings.SelectMany(wording => Enumerable.Range(0, names).Select(_ => make(wording, _names.Next())));

    private GuideSample Call(string request, string name)
    {
        List<GuideMessage> messages = [GuideMessage.User(Named(request, name)), GuideMessage.Call(name)];
        string? answer = null;
        if (chance.OneIn(2))
        {
            GuideTools.Outcome[] results = corpus.Tools.Results;
            GuideTools.Outcome outcome = chance.OneIn(2) ? results[0] : chance.Of(results);
            messages.Add(GuideMessage.Result(outcome.Result));
            messages.Add(GuideMessage.Answer(Named(outcome.Answer, name)));
            answer = outcome.Answer;
        }

        return new GuideSample(messages, HasTool: true, answer);
    }

    private static GuideSample InWords(string request, string name, string answer, bool hasTool) =>
        new([GuideMessage.User(Named(request, name)), GuideMessage.Answer(Named(answer, name))], hasTool, answer);

    private static string Named(string text, string name) => text.Replace(GuideTools.Name, name, StringComparison.Ordinal);

    [GeneratedRegex(@"\b[a-z]{4,10}\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
