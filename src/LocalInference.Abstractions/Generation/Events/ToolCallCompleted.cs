namespace LocalInference.Abstractions;

/// <summary>A call is whole.</summary>
/// <param name="Index">Which call, as in its <see cref="ToolCallStarted"/>.</param>
/// <param name="CallId">The call's id.</param>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">All of the arguments, as JSON text.</param>
/// <param name="IsComplete">
/// False: the answer ended within the arguments and they were closed to valid JSON; the call should not be carried out unseen.
/// </param>
public sealed record ToolCallCompleted(int Index, string CallId, string Name, string Arguments, bool IsComplete) : GenerationEvent;
