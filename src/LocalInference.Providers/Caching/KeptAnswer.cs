using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>An answer that is kept. Immutable.</summary>
/// <param name="Started">Its first event.</param>
/// <param name="Events">Those in the middle.</param>
/// <param name="Ended">Its last event.</param>
/// <param name="Model">The name of the model that answered.</param>
/// <param name="Digest">What that model was made of; <see langword="null"/>: not known.</param>
internal sealed record KeptAnswer(GenerationStarted Started, IReadOnlyList<GenerationEvent> Events, GenerationEnded Ended, string Model, string? Digest)
{
    /// <summary>About how many bytes it takes: two for each character, and the objects around them.</summary>
    public long Bytes { get; } = 1024 + Events.Sum(static e => 64L + e switch
    {
        TextDelta text => 2L * text.Text.Length,
        ReasoningDelta text => 2L * text.Text.Length,
        ReasoningSigned signed => 2L * signed.Signature.Length,
        TokenGenerated token => 128L * (1 + token.Alternatives.Count),
        _ => 0,
    }) + (4L * Ended.Tokens.Length);

    /// <summary>The answer to a request, from its events; <see langword="null"/>: it is none to give to others.</summary>
    public static KeptAnswer? Of(IReadOnlyList<GenerationEvent> events, string? digest)
    {
        // Another model than the first choice stood in, calls are carried out once, and what was cut or withheld may go better next time.
        if (events.Count < 2 || events[0] is not GenerationStarted { Route: null or { Attempts: 1 } } started || events[^1] is not GenerationEnded ended
            || ended.FinishReason is FinishReason.ToolCalls or FinishReason.ContentFilter or FinishReason.ContextFull
            || events.Any(static e => e is ToolCallStarted or AnswerContinued))
        {
            return null;
        }

        return new KeptAnswer(started, Merge(events), ended, started.Route?.Model ?? started.Model, digest);
    }

    /// <summary>The events of it as the answer to another request.</summary>
    public IEnumerable<GenerationEvent> Replay(GenerationRequest request, AnswerReuse reuse, DateTimeOffset now)
    {
        yield return ReusedAnswer.Started(Started, reuse, now);
        if (request.ReportPromptProgress)
        {
            yield return new PromptProgressed(Ended.Usage.PromptTokens, Ended.Usage.PromptTokens);
        }

        foreach (GenerationEvent e in Events)
        {
            yield return e;
        }

        yield return ReusedAnswer.Ended(Ended, reuse);
    }

    // Texts that follow each other become one: nobody waits for the second.
    private static List<GenerationEvent> Merge(IReadOnlyList<GenerationEvent> events)
    {
        List<GenerationEvent> merged = [];
        var text = new System.Text.StringBuilder();
        GenerationEvent? last = null;
        for (int i = 1; i < events.Count; i++)
        {
            GenerationEvent e = events[i];
            if (last is not null && last.GetType() != e.GetType())
            {
                merged.Add(last is TextDelta ? new TextDelta(text.ToString()) : new ReasoningDelta(text.ToString()));
                text.Clear();
                last = null;
            }

            switch (e)
            {
                case TextDelta delta:
                    text.Append(delta.Text);
                    last = e;
                    break;
                case ReasoningDelta delta:
                    text.Append(delta.Text);
                    last = e;
                    break;
                case PromptProgressed or GenerationEnded:
                    break;
                default:
                    merged.Add(e);
                    break;
            }
        }

        return merged;
    }
}
