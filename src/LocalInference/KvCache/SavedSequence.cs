namespace LocalInference;

/// <summary>A running request's sequence in host memory.</summary>
/// <param name="adapters">What it is computed with.</param>
/// <param name="tokens">The tokens it holds.</param>
/// <param name="state">Their state; <see langword="null"/>: there was no memory for it, and they have to be computed again.</param>
internal sealed class SavedSequence(AdapterSet adapters, int[] tokens, SavedState? state) : IDisposable
{
    public AdapterSet Adapters { get; } = adapters;

    public int[] Tokens { get; } = tokens;

    public SavedState? State { get; } = state;

    public void Dispose() => State?.Dispose();
}
