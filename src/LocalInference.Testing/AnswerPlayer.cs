using LocalInference.Abstractions;

namespace LocalInference.Testing;

/// <summary>Plays one answer within what its request allows. Each word, and each piece of a call, counts as a token.</summary>
internal sealed class AnswerPlayer(ScriptedAnswer answer, GenerationRequest request)
{
    private int _tokens;
    private int _reasoning;
    private bool _calls;
    private bool _isCut;

    public IEnumerable<GenerationEvent> Play(GenerationEvent? e)
    {
        if (e is null || _isCut)
        {
            yield break;
        }

        if (e is TextDelta or ReasoningDelta or ToolArgumentsDelta)
        {
            if (_tokens >= request.MaxTokens)
            {
                _isCut = true;
                yield break;
            }

            _tokens++;
            _reasoning += e is ReasoningDelta ? 1 : 0;
        }

        _calls |= e is ToolCallCompleted;
        yield return e;
    }

    public GenerationEnded End() => new()
    {
        FinishReason = _isCut ? FinishReason.MaxTokens : answer.FinishReason ?? (_calls ? FinishReason.ToolCalls : FinishReason.EndOfGeneration),
        StopSequence = answer.StopSequence,
        Truncation = answer.Truncation,
        Usage = new GenerationUsage
        {
            PromptTokens = answer.PromptTokens,
            CachedPromptTokens = answer.CachedPromptTokens,
            GeneratedTokens = _tokens,
            ReasoningTokens = _reasoning,
            PromptDuration = TimeSpan.Zero,
            GenerationDuration = TimeSpan.Zero,
        },
    };
}
