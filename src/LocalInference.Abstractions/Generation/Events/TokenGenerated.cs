namespace LocalInference.Abstractions;

/// <summary>
/// A token was generated; only with <see cref="GenerationRequest.LogProbabilities"/>. It comes before the deltas with its text, which
/// may wait for more tokens.
/// </summary>
/// <param name="Token">The token.</param>
/// <param name="Alternatives">The most probable tokens at this place, best first; the chosen one may be among them.</param>
public sealed record TokenGenerated(TokenProbability Token, IReadOnlyList<TokenProbability> Alternatives) : GenerationEvent;
