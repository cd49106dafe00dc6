namespace LocalInference.LoadTest.Requests;

/// <summary>
/// What a request asks to continue: token ids where the target takes them, so that lengths are exact, or text.
/// </summary>
/// <param name="Tokens">The ids; <see langword="null"/>: it is text.</param>
/// <param name="Text">The text; empty if it is ids.</param>
internal sealed record Prompt(IReadOnlyList<int>? Tokens, string Text)
{
    /// <summary>This, and the other behind it. Both are ids or both are text.</summary>
    public Prompt Append(Prompt other) => Tokens is null
        ? new Prompt(null, Text + other.Text)
        : new Prompt([.. Tokens, .. other.Tokens ?? throw new ArgumentException("Text does not follow token ids.", nameof(other))], "");
}
