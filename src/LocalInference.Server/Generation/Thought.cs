namespace LocalInference.Server.Generation;

/// <summary>A piece of what a model thought, as it goes back with the conversation.</summary>
/// <param name="Text">The words; empty: whoever made them sends none.</param>
/// <param name="Signature">A provider's signature of them, or the thoughts themselves encrypted; <see langword="null"/>: nobody signed them.</param>
/// <param name="IsRedacted">Whether <paramref name="Signature"/> is the encrypted thoughts.</param>
internal sealed record Thought(string Text, string? Signature = null, bool IsRedacted = false);
