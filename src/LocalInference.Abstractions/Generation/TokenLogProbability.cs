namespace LocalInference.Abstractions;

/// <summary>A token and the natural logarithm of the probability that the model gave it, before any sampler changed it.</summary>
/// <param name="Token">The token id.</param>
/// <param name="LogProbability">ln p of the model's own distribution (softmax of the raw logits at temperature 1); at most 0.</param>
public readonly record struct TokenLogProbability(int Token, float LogProbability);
