using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>One request of a batch. Immutable as far as the objects in it are left alone.</summary>
/// <param name="Id">Names it within the batch, and its result: 1 to 64 of the letters a to z, A to Z, digits, <c>_</c> and <c>-</c>, as Anthropic wants them.</param>
/// <param name="Request">What to generate.</param>
public sealed record BatchRequest(string Id, GenerationRequest Request);
