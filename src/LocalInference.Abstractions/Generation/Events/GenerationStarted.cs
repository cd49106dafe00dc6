namespace LocalInference.Abstractions;

/// <summary>The first event: the request was accepted and its prompt fits.</summary>
/// <param name="ResponseId">Names this answer; of no other one.</param>
/// <param name="Model">The model that answers.</param>
/// <param name="CreatedAt">When.</param>
public sealed record GenerationStarted(string ResponseId, string Model, DateTimeOffset CreatedAt) : GenerationEvent
{
    /// <summary>Who answers and why, where requests are routed; <see langword="null"/>: there was no choice.</summary>
    public GenerationRoute? Route { get; init; }
}
