using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LocalInference;

/// <summary>
/// The adapters that a request is computed with, and their scales. There is one object for each combination, so that two
/// requests have the same set if they have the same object. Immutable and safe for concurrent use.
/// </summary>
internal sealed class AdapterSet(LoadedAdapter[] adapters, float[] scales)
{
    /// <summary>The model alone.</summary>
    public static AdapterSet None { get; } = new([], []);

    /// <summary>Its matrices, and what their changes are multiplied with.</summary>
    public IReadOnlyList<(LoadedAdapter Adapter, float Scale)> Loras { get; } =
        [.. adapters.Zip(scales).Where(static pair => pair.First.Lora is not null)];

    /// <summary>The sum of its control vectors; <see langword="null"/>: it has none.</summary>
    public float[]? Directions { get; } = Sum([.. adapters.Zip(scales).Where(static pair => pair.First.Directions is not null)]);

    private volatile bool _isForgotten;

    /// <summary>Whether one of them was unloaded or replaced: who still holds the set keeps that one in memory.</summary>
    public bool IsClosed => Array.Exists(adapters, static a => a.IsClosed);

    /// <summary>Whether one of them is gone, or the set was forgotten: nobody can ask for it any more.</summary>
    public bool IsRetired => _isForgotten || IsClosed;

    /// <summary>Whoever asks for the same gets another object from now on.</summary>
    public void Forget() => _isForgotten = true;

    /// <summary>Tells what is computed with it from what is computed with other files or scales, also in another process: SHA-256.</summary>
    public byte[] Digest()
    {
        // The order means nothing, and that of loading may be another elsewhere.
        IEnumerable<byte[]> parts = adapters.Zip(scales, static (adapter, scale) => (byte[])[.. adapter.Digest, .. MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in scale))]);
        return SHA256.HashData([.. parts.OrderBy(Convert.ToHexString, StringComparer.Ordinal).SelectMany(static part => part)]);
    }

    /// <summary>Keeps the adapters loaded until <see cref="Release"/>.</summary>
    /// <exception cref="ObjectDisposedException">One of them is gone already.</exception>
    public void Acquire()
    {
        for (int i = 0; i < adapters.Length; i++)
        {
            try
            {
                adapters[i].Acquire();
            }
            catch (ObjectDisposedException)
            {
                while (--i >= 0)
                {
                    adapters[i].Release();
                }

                throw;
            }
        }
    }

    public void Release()
    {
        foreach (LoadedAdapter adapter in adapters)
        {
            adapter.Release();
        }
    }

    public bool Consists(ReadOnlySpan<LoadedAdapter> others, ReadOnlySpan<float> otherScales) =>
        others.SequenceEqual(adapters) && otherScales.SequenceEqual(scales);

    private static float[]? Sum((LoadedAdapter Adapter, float Scale)[] vectors)
    {
        if (vectors.Length == 0)
        {
            return null;
        }

        float[] sum = new float[vectors[0].Adapter.Directions!.Length];
        foreach ((LoadedAdapter adapter, float scale) in vectors)
        {
            TensorPrimitives.MultiplyAdd(adapter.Directions!, scale, sum, sum);
        }

        return sum;
    }
}
