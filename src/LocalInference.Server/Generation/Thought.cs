using Microsoft.Extensions.AI;

namespace LocalInference.Server.Generation;

/// <summary>Pieces of what a model thought, as contents of messages.</summary>
internal static class Thought
{
    // As chat clients have it; see ReasoningSigned.
    private const string Redacted = "redacted";

    /// <summary>A thought in words.</summary>
    /// <param name="text">The words; empty: whoever made them sends none.</param>
    /// <param name="signature">A provider's signature of them; <see langword="null"/>: nobody signed them.</param>
    public static TextReasoningContent Of(string text, string? signature = null) => new(text) { ProtectedData = signature };

    /// <summary>A thought that only the provider that made it can read.</summary>
    public static TextReasoningContent Encrypted(string data) => new("") { ProtectedData = data, AdditionalProperties = new() { [Redacted] = true } };

    /// <summary>Whether a thought is one of those.</summary>
    public static bool IsEncrypted(TextReasoningContent thought) => thought.AdditionalProperties?.ContainsKey(Redacted) == true;
}
