namespace LocalInference.Abstractions;

/// <summary>What becomes of a request that is longer than the context. Whatever is cut is reported in <see cref="GenerationEnded.Truncation"/>.</summary>
public enum ContextOverflowPolicy
{
    /// <summary>A prompt that is too long is a <see cref="ContextLengthException"/>; an answer ends with <see cref="FinishReason.ContextFull"/>.</summary>
    Error,

    /// <summary>
    /// The oldest messages are left out until the prompt fits, never the system message nor the last one. An answer ends with
    /// <see cref="FinishReason.ContextFull"/>. A prompt that is no conversation is treated as with <see cref="Error"/>.
    /// </summary>
    DropOldestMessages,

    /// <summary>
    /// As <see cref="DropOldestMessages"/>; a prompt that is still too long, or is no conversation, loses its oldest tokens behind the
    /// first few; and when an answer fills the context, the oldest half of what follows those is forgotten and it goes on.
    /// </summary>
    Shift,
}
