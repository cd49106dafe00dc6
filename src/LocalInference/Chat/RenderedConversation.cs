namespace LocalInference;

/// <summary>A conversation as a prompt.</summary>
/// <param name="Tokens">The tokens that precede it and its own.</param>
/// <param name="GenerationPrompt">What it already holds of the answer: the template's head of it and what was begun.</param>
internal sealed record RenderedConversation(int[] Tokens, string GenerationPrompt);
