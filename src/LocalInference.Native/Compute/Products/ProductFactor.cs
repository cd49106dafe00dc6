using System.Runtime.CompilerServices;

namespace LocalInference.Native;

/// <summary>A matrix in a product, as it is or transposed, of any type that ggml unpacks; packed into panels as the tile reads them.</summary>
internal readonly unsafe struct ProductFactor
{
    private readonly byte* _data;
    private readonly ulong _stride;
    private readonly ggml_type _type;
    private readonly bool _isAcross;
    private readonly delegate* unmanaged[Cdecl]<void*, float*, long, void> _unpack;

    /// <param name="matrix">Rows of elements that lie side by side.</param>
    /// <param name="batch">Which of its matrices.</param>
    /// <param name="isAcross">Whether what is added up runs across rows, not along them.</param>
    public ProductFactor(ggml_tensor* matrix, long batch, bool isAcross)
    {
        _data = (byte*)matrix->data + ((ulong)batch * matrix->nb[2]);
        _stride = matrix->nb[1];
        _type = matrix->type;
        _isAcross = isAcross;
        _unpack = _type == ggml_type.GGML_TYPE_F32 ? null : Ggml.ggml_get_type_traits(_type)->to_float;
    }

    /// <summary>Packs a panel, [depth][width], zero beyond what there is.</summary>
    /// <param name="first">The first of its outer elements: rows of the left factor, columns of the right.</param>
    /// <param name="count">How many of them, at most the width.</param>
    /// <param name="width">The tile's.</param>
    /// <param name="start">Where adding up begins; a multiple of the type's block.</param>
    /// <param name="depth">How much of it.</param>
    /// <param name="panel">Where to; two elements behind it may be written too.</param>
    /// <param name="scratch">Room for 8 rows of the panel's depth.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PackPanel(long first, int count, int width, long start, int depth, float* panel, float* scratch)
    {
        if (count < width)
        {
            new Span<float>(panel, depth * width).Clear();
        }

        if (_isAcross)
        {
            for (int k = 0; k < depth; k++)
            {
                float* from = (float*)Row(start + k) + first;
                float* to = panel + (k * width);
                for (int i = 0; i < count; i++)
                {
                    to[i] = from[i];
                }
            }

            return;
        }

        for (int i = 0; i < count; i += Transposition.Size)
        {
            int together = Math.Min(Transposition.Size, count - i);
            float* rows = Unpack(first + i, together, start, depth, scratch, out nint stride);
            int k = 0;
            for (; k + Transposition.Size <= depth; k += Transposition.Size)
            {
                Transposition.Write(rows + k, stride, together, panel + (k * width) + i, width);
            }

            for (; k < depth; k++)
            {
                for (int row = 0; row < together; row++)
                {
                    panel[(k * width) + i + row] = rows[(row * stride) + k];
                }
            }
        }
    }

    /// <summary>Packs several panels at once of a matrix whose rows run across them: each row is unpacked once.</summary>
    /// <param name="first">The first column; a multiple of the type's block.</param>
    /// <param name="count">How many columns.</param>
    /// <param name="width">The tile's.</param>
    /// <param name="start">The first row.</param>
    /// <param name="depth">How many rows.</param>
    /// <param name="panels">Where to, one panel behind the other.</param>
    /// <param name="scratch">Room for a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PackAcross(long first, int count, int width, long start, int depth, float* panels, float* scratch)
    {
        int whole = count / width;
        int rest = count % width;
        for (int k = 0; k < depth; k++)
        {
            float* row = Unpack(Row(start + k), first, count, scratch);
            float* to = panels + (k * width);
            for (int panel = 0; panel < whole; panel++)
            {
                Unsafe.CopyBlockUnaligned(to, row, (uint)width * sizeof(float));
                row += width;
                to += depth * width;
            }

            if (rest > 0)
            {
                new Span<float>(to, width).Clear();
                Unsafe.CopyBlockUnaligned(to, row, (uint)rest * sizeof(float));
            }
        }
    }

    /// <summary>Whether <see cref="PackAcross"/> is for it.</summary>
    public bool IsAcross => _isAcross;

    private byte* Row(long row) => _data + ((ulong)row * _stride);

    // Some rows, from an element on: where they lie, or unpacked.
    private float* Unpack(long first, int count, long start, int depth, float* scratch, out nint stride)
    {
        if (_unpack == null)
        {
            stride = (nint)(_stride / sizeof(float));
            return (float*)Row(first) + start;
        }

        stride = depth;
        for (int i = 0; i < count; i++)
        {
            Unpack(Row(first + i), start, depth, scratch + ((long)i * depth));
        }

        return scratch;
    }

    private float* Unpack(byte* row, long start, int count, float* scratch)
    {
        if (_unpack == null)
        {
            return (float*)row + start;
        }

        _unpack(row + Ggml.ggml_row_size(_type, start), scratch, count);
        return scratch;
    }
}
