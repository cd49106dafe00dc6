using System.Runtime.InteropServices;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference;

/// <summary>Rows of weights as single-precision numbers, and back, by ggml's reference code.</summary>
internal static unsafe class TensorValues
{
    /// <summary>Reads a row.</summary>
    /// <param name="type">A type that weights are stored in, which <see cref="TensorCheck"/> has let through.</param>
    /// <param name="row">The row as it is stored.</param>
    /// <param name="values">Filled: as many as the row has elements.</param>
    public static void Decode(GgufTensorType type, ReadOnlySpan<byte> row, Span<float> values)
    {
        if (type == GgufTensorType.F32)
        {
            MemoryMarshal.Cast<byte, float>(row).CopyTo(values);
            return;
        }

        fixed (byte* from = row)
        fixed (float* to = values)
        {
            Ggml.ggml_get_type_traits((ggml_type)type)->to_float(from, to, values.Length);
        }
    }

    /// <summary>Writes a row. The caller has made sure that ggml does not assert: see <see cref="QuantizationCheck"/>.</summary>
    /// <param name="type">A type that weights are stored in.</param>
    /// <param name="values">A multiple of the type's block size, and finite.</param>
    /// <param name="row">Filled.</param>
    /// <param name="importances">One for each column, or none.</param>
    public static void Encode(GgufTensorType type, ReadOnlySpan<float> values, Span<byte> row, ReadOnlySpan<float> importances)
    {
        fixed (float* from = values)
        fixed (byte* to = row)
        fixed (float* weights = importances)
        {
            Ggml.ggml_quantize_chunk((ggml_type)type, from, to, 0, 1, values.Length, weights);
        }
    }
}
