using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>What the engine thread tells a request's reader: a token, or that it is finished.</summary>
internal readonly record struct TokenEvent(int Token, float? LogProbability, TokenLogProbability[]? Top, FinishReason? Finish)
{
    public static TokenEvent Of(int token) => new(token, null, null, null);

    public static TokenEvent End(FinishReason reason) => new(-1, null, null, reason);
}
