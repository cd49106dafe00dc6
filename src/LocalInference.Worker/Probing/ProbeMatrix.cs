using System.Runtime.CompilerServices;
using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>Weights in one number format, activations, and their product computed in plain C# from the dequantized weights.</summary>
internal sealed unsafe class ProbeMatrix
{
    /// <summary>Length of the summed dimension: whole blocks of every format (256 for K-quants), more than one of them.</summary>
    public const int Inner = 512;

    /// <summary>Rows of weights: they divide among threads and fill the tiles of all kernels.</summary>
    public const int Rows = 64;

    /// <summary>Columns of activations: a prompt that leaves a remainder in every tiling.</summary>
    public const int MaxColumns = 33;

    public ProbeMatrix(ggml_type type)
    {
        Type = type;
        Weights = Quantize(type, Numbers(Rows * Inner, seed: 1));
        Activations = Numbers(MaxColumns * Inner, seed: 2);
        Product = Multiply(Dequantize(type, Weights), Activations);
    }

    public ggml_type Type { get; }

    /// <summary>The weights as a GGUF would hold them.</summary>
    public byte[] Weights { get; }

    /// <summary>The activations, column by column.</summary>
    public float[] Activations { get; }

    /// <summary>The product, column by column; fewer columns of activations make its beginning.</summary>
    public float[] Product { get; }

    private static byte[] Quantize(ggml_type type, float[] values)
    {
        byte[] rows = new byte[(int)Ggml.ggml_row_size(type, Inner) * Rows];
        fixed (float* source = values)
        {
            fixed (byte* target = rows)
            {
                Ggml.ggml_quantize_chunk(type, source, target, 0, Rows, Inner, null);
            }
        }

        return rows;
    }

    private static float[] Dequantize(ggml_type type, byte[] rows)
    {
        float[] values = new float[Rows * Inner];
        if (type == ggml_type.GGML_TYPE_F32)
        {
            // The one type without a conversion.
            Buffer.BlockCopy(rows, 0, values, 0, rows.Length);
            return values;
        }

        fixed (byte* source = rows)
        {
            fixed (float* target = values)
            {
                Ggml.ggml_get_type_traits(type)->to_float(source, target, values.Length);
            }
        }

        return values;
    }

    // Called seven times in a process's life: the unoptimized first version would be the slowest part of a probe.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float[] Multiply(float[] weights, float[] activations)
    {
        float[] product = new float[MaxColumns * Rows];
        for (int i = 0; i < product.Length; i++)
        {
            ReadOnlySpan<float> row = weights.AsSpan(i % Rows * Inner, Inner);
            ReadOnlySpan<float> column = activations.AsSpan(i / Rows * Inner, Inner);
            double sum = 0;
            for (int j = 0; j < row.Length; j++)
            {
                sum += (double)row[j] * column[j];
            }

            product[i] = (float)sum;
        }

        return product;
    }

    // Numerical Recipes' linear congruential generator: the same numbers on every machine, spread over [-1, 1).
    private static float[] Numbers(int count, uint seed)
    {
        float[] numbers = new float[count];
        uint state = seed;
        for (int i = 0; i < count; i++)
        {
            state = unchecked((state * 1664525) + 1013904223);
            numbers[i] = (int)state / 2147483648f;
        }

        return numbers;
    }
}
