using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>What the engine thread tells a request's reader: a token, that it is finished, or how much of the prompt is computed.</summary>
internal readonly record struct TokenEvent(int Token, float? LogProbability, TokenLogProbability[]? Top, FinishReason? Finish, int? Processed = null)
{
    public static TokenEvent Of(int token) => new(token, null, null, null);

    public static TokenEvent Progress(int processed) => new(-1, null, null, null, processed);

    public static TokenEvent End(FinishReason reason) => new(-1, null, null, reason);
}
