using LocalInference.Native;

namespace LocalInference;

/// <summary>An adapter in memory: the matrices of a LoRA, or the directions of a control vector. Disposing it unloads it when nobody computes with it any more. Safe for concurrent use.</summary>
internal sealed class LoadedAdapter : IDisposable
{
    private static long s_count;

    private volatile bool _isDisposed;

    /// <param name="info">What it says of itself.</param>
    /// <param name="lora">Its matrices.</param>
    public LoadedAdapter(AdapterInfo info, AdapterHandle lora)
    {
        Info = info;
        Lora = lora;
    }

    /// <param name="info">What it says of itself.</param>
    /// <param name="directions">One direction for each layer from the second on, one behind the other.</param>
    public LoadedAdapter(AdapterInfo info, float[] directions)
    {
        Info = info;
        Directions = directions;
    }

    /// <summary>Tells it from all others, in the order of loading.</summary>
    public long Id { get; } = Interlocked.Increment(ref s_count);

    public AdapterInfo Info { get; }

    /// <summary>Tells its file from others, as it was when it was loaded.</summary>
    public required byte[] Digest { get; init; }

    public AdapterHandle? Lora { get; }

    public float[]? Directions { get; }

    /// <summary>Whether it was unloaded or replaced: nobody can ask for it any more. Its matrices stay as long as somebody computes with them.</summary>
    public bool IsClosed => _isDisposed;

    /// <summary>Keeps it in memory until <see cref="Release"/>.</summary>
    /// <exception cref="ObjectDisposedException">It is gone already.</exception>
    public void Acquire()
    {
        bool added = false;
        Lora?.DangerousAddRef(ref added);
    }

    public void Release() => Lora?.DangerousRelease();

    public void Dispose()
    {
        _isDisposed = true;
        Lora?.Dispose();
    }
}
