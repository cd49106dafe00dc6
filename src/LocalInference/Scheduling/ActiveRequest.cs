using System.Diagnostics;
using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference;

/// <summary>A request that the engine has admitted: its sequence, its sampler and how far it is. Owned by the engine thread.</summary>
internal sealed class ActiveRequest : IDisposable
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _prefilled;

    public ActiveRequest(GenerationJob job, KvSequence sequence, TokenSampler sampler, LogProbabilities? logProbabilities, int contextLength)
    {
        ContextLength = contextLength;
        Job = job;
        Sequence = sequence;
        Sampler = sampler;
        LogProbabilities = logProbabilities;
        Stop = new StopCursor(job.Stops);
        Pending = job.Prompt.AsMemory(sequence.Length);
        Reused = sequence.Length;
    }

    public GenerationJob Job { get; }

    /// <summary>Its cells; <see langword="null"/> while it is preempted.</summary>
    public KvSequence? Sequence { get; set; }

    /// <summary>What it had computed when it was preempted.</summary>
    public SavedSequence? Saved { get; set; }

    public TokenSampler Sampler { get; }

    /// <summary>Its guesses at the next tokens; <see langword="null"/>: it makes none.</summary>
    public Speculation? Speculation { get; init; }

    /// <summary>Guesses among the pending tokens.</summary>
    public int Guesses => Speculation?.Count ?? 0;

    public LogProbabilities? LogProbabilities { get; }

    public StopCursor Stop { get; }

    /// <summary>Tokens that it may have.</summary>
    public int ContextLength { get; }

    /// <summary>Tokens that were forgotten during the answer.</summary>
    public int Shifted { get; set; }

    /// <summary>Whether its context is full and it wants to go on.</summary>
    public bool WantsShift { get; set; }

    /// <summary>Prompt tokens that were in the cache.</summary>
    public int Reused { get; }

    /// <summary>Tokens to compute before the next one can be chosen: the rest of a prompt, or the token chosen last.</summary>
    public ReadOnlyMemory<int> Pending { get; set; }

    /// <summary>Whether more than the token chosen last is to be computed.</summary>
    public bool IsPrefilling => Generated == 0 || Pending.Length > 1 + Guesses;

    public int Generated { get; set; }

    /// <summary>The last turn in which its adapters were computed with, or in which it came.</summary>
    public required int LastTurn { get; set; }

    /// <summary>How many of the pending tokens are in the step that is being composed.</summary>
    public int Rows { get; set; }

    /// <summary>The row of the step whose logits choose the next token; -1: none.</summary>
    public int LogitsRow { get; set; } = -1;

    /// <summary>The token that the reader had no room for.</summary>
    public TokenEvent? Held { get; set; }

    /// <summary>Why it ended, while the reader has no room to hear it.</summary>
    public FinishReason? HeldFinish { get; set; }

    /// <summary>The last token chosen; the memory of <see cref="Pending"/> while decoding, so that a token allocates nothing.</summary>
    public int[] Last { get; } = new int[1];

    /// <summary>Tokens that may still come.</summary>
    public int Remaining =>
        Math.Min(
            (Job.Options.MaxTokens ?? int.MaxValue) - Generated,
            ContextLength - (Sequence?.Length ?? Saved!.Tokens.Length));

    /// <summary>Takes the time of the prompt's end.</summary>
    public void MarkPrefilled() => _prefilled = Stopwatch.GetTimestamp();

    public GenerationUsage Usage()
    {
        long now = Stopwatch.GetTimestamp();
        long prefilled = _prefilled == 0 ? now : _prefilled;
        return new GenerationUsage
        {
            PromptTokens = Job.Prompt.Length,
            CachedPromptTokens = Reused,
            GeneratedTokens = Generated,
            DroppedPromptTokens = Job.DroppedPromptTokens,
            ShiftedTokens = Shifted,
            PromptDuration = Stopwatch.GetElapsedTime(_started, prefilled),
            GenerationDuration = Stopwatch.GetElapsedTime(prefilled, now),
        };
    }

    public void Dispose()
    {
        Sampler.Dispose();
        Speculation?.Dispose();
        Saved?.Dispose();
        Job.Dispose();
    }
}
