namespace LocalInference.Abstractions;

/// <summary>
/// The model that answered broke off, and another one goes on from the end of its text; what follows is that one's, usage included. Only
/// where a route was told to do so.
/// </summary>
/// <param name="Route">Who goes on, and why.</param>
public sealed record AnswerContinued(GenerationRoute Route) : GenerationEvent;
