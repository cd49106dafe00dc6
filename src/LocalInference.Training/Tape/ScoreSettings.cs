namespace LocalInference.Training;

/// <summary>What becomes of the products of queries and keys before their softmax.</summary>
/// <param name="Scale">What they are multiplied with.</param>
/// <param name="Cap">The size that they stay below, smoothly: cap · tanh(x / cap) after the scale. 0: none.</param>
/// <param name="Window">How many tokens a token sees, itself among them. 0: all before it.</param>
/// <param name="ScalesQueries">Whether libllama multiplies queries with the scale, and not scores: the same but for rounding.</param>
internal readonly record struct ScoreSettings(float Scale, float Cap = 0, int Window = 0, bool ScalesQueries = false);
