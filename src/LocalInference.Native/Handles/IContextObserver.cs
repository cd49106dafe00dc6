namespace LocalInference.Native;

/// <summary>
/// Told of each call that decides what a context computes, in their order, when it has succeeded, on the thread that owns the
/// context. For tests that repeat or compare what was computed.
/// </summary>
internal unsafe interface IContextObserver
{
    /// <summary>A batch was computed; the logits are those of its rows.</summary>
    void Decoded(llama_context* context, llama_batch batch);

    /// <summary>Tokens of a sequence were removed: those from a position to before another; -1: from the start, or to the end.</summary>
    void Removed(int sequence, int from, int to);

    /// <summary>A sequence was given the cells of another one.</summary>
    void Copied(int source, int destination, int from, int to);

    /// <summary>Everything was removed.</summary>
    void Cleared();

    /// <summary>A sequence's state was copied to host memory.</summary>
    void Saved(int sequence, ReadOnlySpan<byte> state);

    /// <summary>A state was written into an empty sequence.</summary>
    void Restored(int sequence, ReadOnlySpan<byte> state);
}
