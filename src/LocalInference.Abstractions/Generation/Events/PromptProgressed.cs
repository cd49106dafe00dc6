namespace LocalInference.Abstractions;

/// <summary>How much of the prompt is computed; only with <see cref="GenerationRequest.ReportPromptProgress"/>, and, of models on this machine, at least once at its end.</summary>
/// <param name="ProcessedTokens">Tokens computed or found in the cache.</param>
/// <param name="TotalTokens">Tokens of the prompt.</param>
public sealed record PromptProgressed(int ProcessedTokens, int TotalTokens) : GenerationEvent;
