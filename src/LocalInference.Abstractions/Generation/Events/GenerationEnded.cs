namespace LocalInference.Abstractions;

/// <summary>The last event of an answer that did not fail.</summary>
public sealed record GenerationEnded : GenerationEvent
{
    /// <summary>Why it ended; <see cref="FinishReason.ToolCalls"/> if it holds calls that are whole and the model ended by itself.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>What it consumed.</summary>
    public required GenerationUsage Usage { get; init; }

    /// <summary>The stop sequence that ended it; <see langword="null"/>: none did, or it is not known.</summary>
    public string? StopSequence { get; init; }

    /// <summary>What was cut; <see langword="null"/>: nothing.</summary>
    public PromptTruncation? Truncation { get; init; }

    /// <summary>
    /// The ids of prompt and answer, to go on from with a <see cref="TokenInput"/>; only with
    /// <see cref="GenerationRequest.ReturnTokens"/>, empty otherwise and where a provider does not tell them.
    /// </summary>
    public ReadOnlyMemory<int> Tokens { get; init; }
}
