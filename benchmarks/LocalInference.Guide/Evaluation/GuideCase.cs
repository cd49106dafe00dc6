namespace LocalInference.Guide;

/// <summary>A question, and when its answer is right.</summary>
/// <param name="Kind">What it belongs to.</param>
/// <param name="Id">The question's or the group's id.</param>
/// <param name="Question">What is asked.</param>
/// <param name="Facts">Of each list one must be in the answer.</param>
/// <param name="Pulls">The model that must be asked for by a call; <see langword="null"/>: there must be no call.</param>
internal sealed record GuideCase(GuideKind Kind, string Id, string Question, string[][] Facts, string? Pulls = null)
{
    /// <summary>Whether the guide is told of its tool.</summary>
    public bool HasTool => Kind is GuideKind.Calls or GuideKind.HowTo;

    /// <summary>Everything that there is to ask.</summary>
    public static IEnumerable<GuideCase> Of(GuideCorpus corpus) =>
    [
        .. corpus.Questions.SelectMany(static question => question.HeldOut.Select(wording => new GuideCase(GuideKind.Questions, question.Id, wording, question.Facts))),
        .. corpus.OffTopic.Groups.SelectMany(group => group.HeldOut.Select(wording => new GuideCase(GuideKind.OffTopic, group.Id, wording, corpus.OffTopic.Facts))),
        .. corpus.Tools.HeldOut.Select(static request => new GuideCase(GuideKind.Calls, request.Name, request.Request, [], request.Name)),
        .. corpus.Tools.HowTo.HeldOut.Select(question => new GuideCase(GuideKind.HowTo, question.Name, Named(question.Wording, question.Name), [.. corpus.Tools.HowTo.Facts.Select(fact => fact.Select(alternative => Named(alternative, question.Name)).ToArray())])),
        .. corpus.Questions.SelectMany(static question => question.Wordings.Select(wording => new GuideCase(GuideKind.Learned, question.Id, wording, question.Facts))),
    ];

    /// <summary>Whether an answer is right.</summary>
    public bool IsMetBy(GuideAnswer answer) => Pulls is not null
        ? answer.Calls is [{ } model] && model == Pulls
        : answer.Calls.Count == 0 && Facts.All(alternatives => alternatives.Any(fact => answer.Text.Contains(fact, StringComparison.OrdinalIgnoreCase)));

    private static string Named(string text, string name) => text.Replace(GuideTools.Name, name, StringComparison.Ordinal);
}
