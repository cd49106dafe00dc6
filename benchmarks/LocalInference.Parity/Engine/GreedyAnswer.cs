namespace LocalInference.Parity.Engine;

/// <summary>An answer that takes the most probable token each time.</summary>
/// <param name="Tokens">Without the one that ended it.</param>
/// <param name="Text">The tokens as text.</param>
/// <param name="CachedPromptTokens">Tokens of its prompt that were not computed for it.</param>
internal sealed record GreedyAnswer(int[] Tokens, string Text, int CachedPromptTokens);
