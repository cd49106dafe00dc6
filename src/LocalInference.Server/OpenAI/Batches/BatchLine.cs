namespace LocalInference.Server.OpenAI.Batches;

/// <summary>One request of a batch.</summary>
/// <param name="CustomId">What the caller calls it.</param>
/// <param name="Body">The request's JSON.</param>
internal sealed record BatchLine(string CustomId, byte[] Body);
