namespace LocalInference.Abstractions;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>The model produced an end-of-generation token.</summary>
    EndOfGeneration,

    /// <summary>One of <see cref="GenerationOptions.StopSequences"/> appeared; it is not part of the text.</summary>
    StopSequence,

    /// <summary><see cref="GenerationOptions.MaxTokens"/> tokens were generated.</summary>
    MaxTokens,

    /// <summary>The context is full; see <see cref="GenerationUsage"/> for the counts.</summary>
    ContextFull,

    /// <summary>The grammar is complete: no token may follow.</summary>
    GrammarComplete,

    /// <summary>The model called functions and waits for their results.</summary>
    ToolCalls,

    /// <summary>A provider withheld the rest.</summary>
    ContentFilter,
}
