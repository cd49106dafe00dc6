namespace LocalInference.Abstractions;

/// <summary>What was left out of a prompt or forgotten during an answer. Immutable.</summary>
public sealed record PromptTruncation
{
    /// <summary>Messages that were left out of the prompt.</summary>
    public int DroppedMessages { get; init; }

    /// <summary>Tokens that the whole prompt would have had and the one that was used has not.</summary>
    public int DroppedTokens { get; init; }

    /// <summary>Tokens that were forgotten while the answer was written (<see cref="ContextOverflowPolicy.Shift"/>).</summary>
    public int ShiftedTokens { get; init; }
}
