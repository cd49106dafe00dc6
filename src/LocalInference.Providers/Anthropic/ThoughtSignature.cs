namespace LocalInference.Providers;

/// <summary>
/// Signatures of thoughts as conversations hold them: behind the name of the provider that made them, because no other one takes them. The
/// name is within the text as nothing beside it comes back: chat clients join contents, and clients of a server know of no other field.
/// A signature without a name comes from who asked a provider in another way, and goes as it came.
/// </summary>
internal static class ThoughtSignature
{
    // No signature begins so: Base64 has no colon. Names of providers have no slash.
    private const string Mark = "signed-by:";

    /// <summary>A signature, or encrypted thoughts, that a provider made.</summary>
    public static string Of(string signature, string provider) => $"{Mark}{provider}/{signature}";

    /// <summary>What a provider is sent of it.</summary>
    /// <returns>The signature as it was made; <see langword="null"/>: there is none, or another provider made it.</returns>
    public static string? For(string? signature, string provider)
    {
        if (string.IsNullOrEmpty(signature))
        {
            return null;
        }

        if (!signature.StartsWith(Mark, StringComparison.Ordinal))
        {
            return signature;
        }

        ReadOnlySpan<char> marked = signature.AsSpan(Mark.Length);
        int slash = marked.IndexOf('/');
        return slash >= 0 && marked[..slash].Equals(provider, StringComparison.OrdinalIgnoreCase) ? marked[(slash + 1)..].ToString() : null;
    }
}
