using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Gguf;

namespace LocalInference.TestModels;

/// <summary>Fills tensors, piece by piece, with values that depend on the seed and the tensor's name only.</summary>
internal sealed class RandomWeights
{
    private readonly float _center;
    private readonly float _scale;
    private SplitMix64 _random;

    public RandomWeights(ulong seed, Weight weight)
    {
        // FNV-1a: string.GetHashCode differs from run to run.
        ulong hash = seed ^ 0xCBF29CE484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(weight.Definition.Name))
        {
            hash = (hash ^ value) * 0x100000001B3;
        }

        _random = new SplitMix64(hash);
        _center = weight.Center;
        _scale = weight.Amplitude / 32768f;
    }

    /// <summary>The next values of an F32 tensor.</summary>
    public void Fill(Span<float> values)
    {
        ulong bits = 0;
        for (int i = 0; i < values.Length; i++)
        {
            bits = i % 4 == 0 ? _random.Next() : bits >> 16;
            values[i] = _center + ((short)bits * _scale);
        }
    }

    /// <summary>The next values of an F16 tensor.</summary>
    public void Fill(Span<Half> values)
    {
        ulong bits = 0;
        for (int i = 0; i < values.Length; i++)
        {
            bits = i % 4 == 0 ? _random.Next() : bits >> 16;
            values[i] = (Half)(_center + ((short)bits * _scale));
        }
    }

    /// <summary>The next bytes of a tensor of either type.</summary>
    public void Fill(GgufTensorType type, Span<byte> bytes)
    {
        if (type == GgufTensorType.F16)
        {
            Fill(MemoryMarshal.Cast<byte, Half>(bytes));
        }
        else
        {
            Fill(MemoryMarshal.Cast<byte, float>(bytes));
        }
    }
}
