using LocalInference.Abstractions;

namespace LocalInference.Server.Http;

/// <summary>What is known of a request beside what it asks for.</summary>
/// <param name="Priority">Who goes first.</param>
internal sealed record RequestClass(RequestPriority Priority);
