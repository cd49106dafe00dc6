using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Gguf;

namespace LocalInference.TestModels;

/// <summary>Fills tensors, piece by piece, with values that depend on the seed and the tensor's name only.</summary>
internal sealed class RandomWeights
{
    // SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): any seed is a good one.
    private const ulong Step = 0x9E3779B97F4A7C15;

    private readonly float _center;
    private readonly float _scale;
    private ulong _state;

    public RandomWeights(ulong seed, Weight weight)
    {
        // FNV-1a: string.GetHashCode differs from run to run.
        _state = seed ^ 0xCBF29CE484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(weight.Definition.Name))
        {
            _state = (_state ^ value) * 0x100000001B3;
        }

        _center = weight.Center;
        _scale = weight.Amplitude / 32768f;
    }

    /// <summary>The next values of an F32 tensor.</summary>
    public void Fill(Span<float> values)
    {
        ulong bits = 0;
        for (int i = 0; i < values.Length; i++)
        {
            bits = i % 4 == 0 ? Next() : bits >> 16;
            values[i] = _center + ((short)bits * _scale);
        }
    }

    /// <summary>The next values of an F16 tensor.</summary>
    public void Fill(Span<Half> values)
    {
        ulong bits = 0;
        for (int i = 0; i < values.Length; i++)
        {
            bits = i % 4 == 0 ? Next() : bits >> 16;
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

    private ulong Next()
    {
        _state += Step;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
