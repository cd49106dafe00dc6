namespace LocalInference.Server.OpenAI.Batches;

/// <summary>What a route answered to a line.</summary>
/// <param name="Status">The status.</param>
/// <param name="RequestId">How the server's log names it.</param>
/// <param name="Body">The JSON.</param>
/// <param name="RetryAfter">When to ask again: the answer is none yet. <see langword="null"/>: it is.</param>
internal sealed record LineAnswer(int Status, string RequestId, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter);
