namespace LocalInference.Text.GoTemplates;

/// <summary>One round of a conversation, as templates without <c>.Messages</c> see it. Empty: not there.</summary>
internal sealed record GoTurn(MarkedText System, MarkedText Prompt, MarkedText Response)
{
    public static GoTurn Empty { get; } = new(GoStrings.Template(""), GoStrings.Template(""), GoStrings.Template(""));
}
