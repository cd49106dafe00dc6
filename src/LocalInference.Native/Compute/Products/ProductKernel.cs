using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>
/// Products of matrices in F32 on ggml's threads: either factor as it is or transposed, the right one of any type, many at a time. ggml's
/// own unpack nothing and transpose nothing on the way, so that a gradient needs a transposed copy of every frozen matrix, rounded to 8
/// bits where it is not to take more memory than the model; and its kernels for few ranks and for heads are slow: of a step of a 135M
/// model in Q8_0 at rank 16 on AVX2, OUT_PROD took 17 % of the time for 6 % of the operations.
/// </summary>
/// <remarks>
/// <code>
///            right: depth 256 × columns 1024, packed in panels of 16 (in the third cache)
///            ┌────┬────┬────┐
///   left     │ 16 │    │    │     The blocking of Goto and van de Geijn (2008): a block of the left
///  ┌─────┐   └────┴────┴────┘     factor stays in the second cache, a panel of the right in the first.
///  │  6  │   ┌────┬────┬────┐     Every result is added up from first to last in steps of 256, whoever
///  ├─────┤   │tile│    │    │     computes it: threads change nothing.
///  │ 120 │   │    │    │    │
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct ProductKernel(bool isLeftAcross, bool isRightAcross, float scale)
{
    // Multiples of every type's block (256) and of the tile.
    private const int Depth = 256;
    private const int BlockRows = 120;
    private const int BlockColumns = 1024;

    private readonly byte _isLeftAcross = isLeftAcross ? (byte)1 : (byte)0;
    private readonly byte _isRightAcross = isRightAcross ? (byte)1 : (byte)0;
    private readonly float _scale = scale;

    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => ProductTile.IsSupported;

    /// <summary>Computes a node's share: sources 0 and 1 are the factors.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Run(ggml_tensor* result, int thread, int threads, void* state)
    {
        ProductKernel kernel = *(ProductKernel*)state;
        ggml_tensor* left = CustomOperation.Source(result, 0);
        ggml_tensor* right = CustomOperation.Source(result, 1);
        long rows = result->ne[1];
        long columns = result->ne[0];
        long depth = kernel._isLeftAcross != 0 ? left->ne[1] : left->ne[0];

        // By columns, so that each thread packs its own of the larger factor; in whole blocks of the type that is unpacked.
        bool byColumns = columns >= rows;
        long unit = !byColumns ? ProductTile.Rows : Math.Max(ProductTile.Columns, kernel._isRightAcross != 0 ? Ggml.ggml_blck_size(right->type) : 1);
        long all = byColumns ? columns : rows;
        (long first, long end) = CustomOperation.Share((all + unit - 1) / unit, thread, threads);
        Range range = new(first * unit, Math.Min(end * unit, all));
        Range everything = new(0, byColumns ? rows : columns);
        if (range.Length == 0)
        {
            return;
        }

        long batches = Math.Max(result->ne[2], Math.Max(left->ne[2], right->ne[2]));
        long before = -1;
        for (long batch = 0; batch < batches; batch++)
        {
            long target = batch * result->ne[2] / batches;
            Part part = new(
                new ProductFactor(left, batch * left->ne[2] / batches, kernel._isLeftAcross != 0),
                new ProductFactor(right, batch * right->ne[2] / batches, kernel._isRightAcross != 0),
                (float*)((byte*)result->data + ((ulong)target * result->nb[2])),
                (nint)(result->nb[1] / sizeof(float)),
                depth,
                kernel._scale,
                target == before);
            part.Compute(byColumns ? everything : range, byColumns ? range : everything);
            before = target;
        }
    }

    private readonly record struct Range(long Start, long End)
    {
        public int Length => (int)(End - Start);
    }

    // One matrix of results, and what of it a thread computes.
    private readonly struct Part(ProductFactor left, ProductFactor right, float* results, nint stride, long depth, float scale, bool isSum)
    {
        private readonly ProductFactor _left = left;
        private readonly ProductFactor _right = right;
        private readonly float* _results = results;
        private readonly nint _stride = stride;
        private readonly long _depth = depth;
        private readonly float _scale = scale;
        private readonly bool _isSum = isSum;

        public void Compute(Range rows, Range columns)
        {
            ProductMemory memory = ProductMemory.Mine;
            for (long column = columns.Start; column < columns.End; column += BlockColumns)
            {
                int width = (int)Math.Min(BlockColumns, columns.End - column);
                for (long k = 0; k < _depth; k += Depth)
                {
                    int deep = (int)Math.Min(Depth, _depth - k);
                    PackRight(memory, column, width, k, deep);
                    for (long row = rows.Start; row < rows.End; row += BlockRows)
                    {
                        int height = (int)Math.Min(BlockRows, rows.End - row);
                        PackLeft(memory, row, height, k, deep);
                        Multiply(memory, row, height, column, width, deep, _isSum || k > 0);
                    }
                }
            }
        }

        private void PackRight(ProductMemory memory, long column, int width, long k, int deep)
        {
            if (_right.IsAcross)
            {
                _right.PackAcross(column, width, ProductTile.Columns, k, deep, memory.Right, memory.Scratch);
                return;
            }

            for (int at = 0; at < width; at += ProductTile.Columns)
            {
                _right.PackPanel(column + at, Math.Min(ProductTile.Columns, width - at), ProductTile.Columns, k, deep, memory.Right + ((long)at * deep), memory.Scratch);
            }
        }

        private void PackLeft(ProductMemory memory, long row, int height, long k, int deep)
        {
            for (int at = 0; at < height; at += ProductTile.Rows)
            {
                _left.PackPanel(row + at, Math.Min(ProductTile.Rows, height - at), ProductTile.Rows, k, deep, memory.Left + ((long)at * deep), memory.Scratch);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Multiply(ProductMemory memory, long row, int height, long column, int width, int deep, bool isSum)
        {
            for (int x = 0; x < width; x += ProductTile.Columns)
            {
                float* panel = memory.Right + ((long)x * deep);
                for (int y = 0; y < height; y += ProductTile.Rows)
                {
                    float* block = memory.Left + ((long)y * deep);
                    float* to = _results + ((row + y) * _stride) + column + x;
                    if (x + ProductTile.Columns <= width && y + ProductTile.Rows <= height)
                    {
                        ProductTile.Compute(block, panel, deep, _scale, to, _stride, isSum);
                    }
                    else
                    {
                        Edge(memory.Edge, block, panel, deep, to, Math.Min(ProductTile.Rows, height - y), Math.Min(ProductTile.Columns, width - x), isSum);
                    }
                }
            }
        }

        // A tile that reaches beyond the results, computed beside them by the same operations.
        private void Edge(float* tile, float* block, float* panel, int deep, float* to, int height, int width, bool isSum)
        {
            for (int y = 0; isSum && y < height; y++)
            {
                new ReadOnlySpan<float>(to + (y * _stride), width).CopyTo(new Span<float>(tile + (y * ProductTile.Columns), width));
            }

            ProductTile.Compute(block, panel, deep, _scale, tile, ProductTile.Columns, isSum);
            for (int y = 0; y < height; y++)
            {
                new ReadOnlySpan<float>(tile + (y * ProductTile.Columns), width).CopyTo(new Span<float>(to + (y * _stride), width));
            }
        }
    }

    // What a thread packs into, kept for its next product until the thread is gone. Not on the managed heap: at its limit the process would end.
    private sealed class ProductMemory : SafeHandle
    {
        // With room for what the last panel's last row reaches beyond it.
        private const int LeftLength = (BlockRows * Depth) + ProductTile.Columns;
        private const int RightLength = BlockColumns * Depth;

        // Rows of the right factor are unpacked a block's columns at a time, panels eight rows of their depth.
        private const int ScratchLength = Transposition.Size * Depth;
        private const int EdgeLength = ProductTile.Rows * ProductTile.Columns;

        // Vectors of the tile are loaded from multiples of their size; a cache line serves all.
        private const int AlignedTo = 64;

        [ThreadStatic]
        private static ProductMemory? t_mine;

        private ProductMemory()
            : base(invalidHandleValue: 0, ownsHandle: true)
        {
            Right = (float*)NativeMemory.AlignedAlloc((LeftLength + RightLength + ScratchLength + EdgeLength) * sizeof(float), AlignedTo);
            SetHandle((nint)Right);
            Left = Right + RightLength;
            Scratch = Left + LeftLength;
            Edge = Scratch + ScratchLength;
        }

        public static ProductMemory Mine => t_mine ??= new ProductMemory();

        public float* Left { get; }

        public float* Right { get; }

        public float* Scratch { get; }

        public float* Edge { get; }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            NativeMemory.AlignedFree((void*)handle);
            return true;
        }
    }
}
