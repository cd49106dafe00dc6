using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// The adapters that a request is computed with, and their scales. There is one object for each combination, so that two
/// requests have the same set if they have the same object. Immutable and safe for concurrent use.
/// </summary>
internal sealed class AdapterSet(AdapterHandle[] adapters, float[] scales)
{
    /// <summary>The model alone.</summary>
    public static AdapterSet None { get; } = new([], []);

    public ReadOnlySpan<AdapterHandle> Adapters => adapters;

    public ReadOnlySpan<float> Scales => scales;

    public bool IsEmpty => adapters.Length == 0;

    /// <summary>Whether one of them was unloaded or replaced: nobody can ask for this set any more.</summary>
    public bool IsRetired => Array.Exists(adapters, static a => a.IsClosed);

    /// <summary>Keeps the adapters loaded until <see cref="Release"/>.</summary>
    /// <exception cref="ObjectDisposedException">One of them is gone already.</exception>
    public void Acquire()
    {
        for (int i = 0; i < adapters.Length; i++)
        {
            bool added = false;
            try
            {
                adapters[i].DangerousAddRef(ref added);
            }
            catch (ObjectDisposedException)
            {
                while (--i >= 0)
                {
                    adapters[i].DangerousRelease();
                }

                throw;
            }
        }
    }

    public void Release()
    {
        foreach (AdapterHandle adapter in adapters)
        {
            adapter.DangerousRelease();
        }
    }

    public bool Consists(ReadOnlySpan<AdapterHandle> others, ReadOnlySpan<float> otherScales) =>
        others.SequenceEqual(adapters) && otherScales.SequenceEqual(scales);
}
