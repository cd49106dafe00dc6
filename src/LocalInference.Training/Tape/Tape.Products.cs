using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Products as nodes: by <see cref="ProductKernel"/> where the processor has what it needs, else by ggml's operations.</summary>
internal sealed unsafe partial class Tape
{
    private bool UsesKernel => ProductKernel.IsSupported && !_roundsAsServed;

    /// <summary>scale · left · rightᵀ: for each row of left its products with the rows of right.</summary>
    /// <param name="left">[depth, rows, n], F32.</param>
    /// <param name="right">[depth, columns, m], of any type; m divides n, and neighbours share.</param>
    /// <param name="scale">What it is multiplied with.</param>
    private ggml_tensor* ByRows(ggml_tensor* left, ggml_tensor* right, float scale = 1)
    {
        if (UsesKernel)
        {
            return Product(left, right, new ProductKernel(isLeftAcross: false, isRightAcross: false, scale), right->ne[1], left->ne[1], left->ne[2]);
        }

        return Scaled(Ggml.ggml_mul_mat(_context, right, left), scale);
    }

    /// <summary>scale · left · right: for each row of left the sum of the rows of right, each times an element.</summary>
    /// <param name="left">[depth, rows, n], F32.</param>
    /// <param name="right">[columns, depth, m], of any type; F32 where ggml computes it.</param>
    /// <param name="scale">What it is multiplied with.</param>
    private ggml_tensor* ByElements(ggml_tensor* left, ggml_tensor* right, float scale = 1)
    {
        if (UsesKernel)
        {
            return Product(left, right, new ProductKernel(isLeftAcross: false, isRightAcross: true, scale), right->ne[0], left->ne[1], left->ne[2]);
        }

        return Scaled(Ggml.ggml_mul_mat(_context, Ggml.ggml_cont(_context, Ggml.ggml_transpose(_context, right)), left), scale);
    }

    /// <summary>leftᵀ · right: the sum over rows of each row of left with that of right; over all matrices of left that share one of the result.</summary>
    /// <param name="left">[rows, depth, n], F32.</param>
    /// <param name="right">[columns, depth, n], F32.</param>
    /// <param name="count">Matrices of the result; divides n.</param>
    private ggml_tensor* AcrossRows(ggml_tensor* left, ggml_tensor* right, long count = 1)
    {
        if (UsesKernel)
        {
            return Product(left, right, new ProductKernel(isLeftAcross: true, isRightAcross: true, 1), right->ne[0], left->ne[0], count);
        }

        // As rows of one matrix, neighbours add up by themselves.
        long depth = left->ne[1] * left->ne[2] / count;
        return Ggml.ggml_out_prod(
            _context,
            Ggml.ggml_reshape_3d(_context, Contiguous(right), right->ne[0], depth, count),
            Ggml.ggml_reshape_3d(_context, Contiguous(left), left->ne[0], depth, count));
    }

    internal ggml_tensor* Product(ggml_tensor* left, ggml_tensor* right, ProductKernel kernel, long columns, long rows, long count)
    {
        Require(left->type == ggml_type.GGML_TYPE_F32 && left->nb[0] == sizeof(float) && right->nb[0] == (ulong)Ggml.ggml_type_size(right->type), left, right);
        Require(Math.Max(left->ne[2], count) % Math.Min(left->ne[2], count) == 0 && left->ne[2] % right->ne[2] == 0, left, right);
        ggml_tensor** factors = stackalloc ggml_tensor*[] { left, right };
        return Ggml.ggml_custom_4d(_context, ggml_type.GGML_TYPE_F32, columns, rows, count, 1, factors, 2, &ProductKernel.Run, CustomOperation.AllThreads, Allocate(kernel));
    }

    private ggml_tensor* Scaled(ggml_tensor* x, float scale) => scale == 1 ? x : Ggml.ggml_scale(_context, x, scale);
}
