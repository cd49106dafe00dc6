namespace LocalInference;

/// <summary>A running request's sequence in host memory.</summary>
/// <param name="tokens">The tokens it holds.</param>
/// <param name="state">Their state; <see langword="null"/>: there was no memory for it, and they have to be computed again.</param>
internal sealed class SavedSequence(int[] tokens, SavedState? state) : IDisposable
{
    public int[] Tokens { get; } = tokens;

    public SavedState? State { get; } = state;

    public void Dispose() => State?.Dispose();
}
