namespace LocalInference;

/// <summary>A conversation as a prompt.</summary>
/// <param name="Tokens">Its tokens.</param>
/// <param name="GenerationPrompt">What it already holds of the answer: the template's head of it and what was begun.</param>
internal sealed record RenderedConversation(int[] Tokens, string GenerationPrompt);
