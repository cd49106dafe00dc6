using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Chooses the next token of a request from its logits, decides whether that ends it, and hands it to the reader. When the
/// reader has no room, the request is parked with what it could not hand over. Owned by the engine thread; allocates nothing but the
/// log probabilities that were asked for.
/// </summary>
internal sealed class TokenWriter(Tokenizer tokenizer, InferenceContext context)
{
    private readonly byte[] _piece = new byte[tokenizer.LongestPiece];

    /// <summary>Chooses and writes the token whose logits the last step computed.</summary>
    /// <returns>Whether the request has ended and its reader knows.</returns>
    /// <exception cref="GenerationException">The logits are not numbers.</exception>
    public bool Write(ActiveRequest request)
    {
        GenerationOptions options = request.Job.Options;
        int limit = options.MaxTokens ?? int.MaxValue;
        if (request.Generated == 0)
        {
            request.MarkPrefilled();
            if (limit == 0)
            {
                return End(request, FinishReason.MaxTokens);
            }
        }

        Span<float> logits = context.Logits(request.LogitsRow);

        // NaN would make the samplers' sorts run out of their arrays.
        LogitPeak peak = LogitPeak.Of(logits);
        if (!peak.IsValid)
        {
            throw ExceptionFactory.Generation("logits_invalid", "The model computed logits that are not numbers", "Check the file with `localinference inspect`; its weights are damaged.");
        }

        int token = request.Sampler.Sample(logits, peak);
        if (token < 0)
        {
            return End(request, FinishReason.GrammarComplete);
        }

        if (!options.IgnoreEndOfGeneration && tokenizer.IsEndOfGeneration(token))
        {
            return End(request, FinishReason.EndOfGeneration);
        }

        request.Generated++;
        Hand(request, request.LogProbabilities is { } probabilities ? WithLogProbability(probabilities, logits, token) : TokenEvent.Of(token));
        if (Completes(request, token))
        {
            return End(request, FinishReason.StopSequence);
        }

        if (request.Generated >= limit)
        {
            return End(request, FinishReason.MaxTokens);
        }

        if (request.Sequence!.Length >= request.ContextLength)
        {
            if (options.KeepOnOverflow is null)
            {
                return End(request, FinishReason.ContextFull);
            }

            request.WantsShift = true;
        }

        request.Last[0] = token;
        request.Pending = request.Last;
        return false;
    }

    /// <summary>Hands over what a parked request holds, now that its reader has room.</summary>
    /// <returns>Whether the request has ended and its reader knows.</returns>
    public static bool Flush(ActiveRequest request)
    {
        request.Job.IsParked = false;
        if (request.Held is { } held)
        {
            request.Held = null;
            Hand(request, held);
        }

        return request.HeldFinish is { } reason && !request.Job.IsParked && End(request, reason);
    }

    private static TokenEvent WithLogProbability(LogProbabilities logProbabilities, ReadOnlySpan<float> logits, int token)
    {
        (float chosen, TokenLogProbability[] top) = logProbabilities.Of(logits, token);
        return new(token, chosen, top, null);
    }

    private static void Hand(ActiveRequest request, in TokenEvent token)
    {
        if (!request.Job.TryWrite(token))
        {
            request.Held = token;
            request.Job.IsParked = true;
        }
    }

    private static bool End(ActiveRequest request, FinishReason reason)
    {
        if (!request.Job.IsParked && request.Job.TryFinish(reason, request.Usage()))
        {
            return true;
        }

        request.HeldFinish = reason;
        request.Job.IsParked = true;
        return false;
    }

    private bool Completes(ActiveRequest request, int token)
    {
        if (request.Job.Stops.Patterns.Length == 0)
        {
            return false;
        }

        foreach (byte value in _piece.AsSpan(0, tokenizer.CopyBytes(token, _piece)))
        {
            if (request.Stop.Advance(value))
            {
                return true;
            }
        }

        return false;
    }
}
