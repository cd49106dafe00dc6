using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Products with matrices, frozen or trained, and the choice of rows.</summary>
internal sealed unsafe partial class Tape
{
    /// <summary>W · x for each row of x: a linear layer.</summary>
    /// <param name="weight">W: a row for each output; any type that ggml multiplies, F32 if it is trained.</param>
    /// <param name="transposed">Wᵀ for the gradient, made once (<see cref="TransposedWeights"/>); null: it is made on the fly.</param>
    /// <param name="x">A row for each token.</param>
    public Variable Linear(Variable weight, ggml_tensor* transposed, Variable x)
    {
        ggml_tensor* w = weight.Tensor;
        Require(w->ne[0] == x.Columns && w->ne[2] == 1 && x.Tensor->type == ggml_type.GGML_TYPE_F32, w, x.Tensor);
        Require(transposed == null || (transposed->ne[0] == w->ne[1] && transposed->ne[1] == w->ne[0]), w, transposed == null ? w : transposed);
        return Record(
            Ggml.ggml_mul_mat(_context, w, x.Tensor),
            g =>
            {
                if (x.RequiresGradient)
                {
                    Accumulate(x, LinearGradient(w, transposed, g));
                }

                if (weight.RequiresGradient)
                {
                    Accumulate(weight, OuterProduct(x.Tensor, g));
                }
            },
            weight,
            x);
    }

    /// <summary>
    /// scale · B · A · x: a change of low rank (Hu et al., 2021, arXiv 2106.09685). B is kept transposed, with a row for each rank, so that
    /// no product of its gradient has to transpose anything large: measured twice as fast as B the other way round at rank 16.
    /// </summary>
    /// <param name="x">A row for each token.</param>
    /// <param name="a">A row of inputs for each rank.</param>
    /// <param name="b">Bᵀ: a row of outputs for each rank.</param>
    /// <param name="scale">alpha / rank, or alpha / √rank.</param>
    public Variable LowRank(Variable x, Variable a, Variable b, float scale)
    {
        Require(a.Columns == x.Columns && a.Rows == b.Rows, a.Tensor, b.Tensor);
        ggml_tensor* u = Ggml.ggml_scale(_context, Ggml.ggml_mul_mat(_context, a.Tensor, x.Tensor), scale);
        return Record(
            Ggml.ggml_out_prod(_context, b.Tensor, Ggml.ggml_transpose(_context, u)),
            g =>
            {
                Accumulate(b, Ggml.ggml_out_prod(_context, g, u));
                ggml_tensor* du = Ggml.ggml_scale(_context, Ggml.ggml_mul_mat(_context, b.Tensor, g), scale);
                Accumulate(a, Ggml.ggml_out_prod(_context, x.Tensor, du));
                if (x.RequiresGradient)
                {
                    Accumulate(x, Ggml.ggml_out_prod(_context, a.Tensor, Ggml.ggml_transpose(_context, du)));
                }
            },
            x,
            a,
            b);
    }

    /// <summary>Rows of a matrix, by number: embeddings of tokens, or the tokens that count.</summary>
    /// <param name="matrix">Where they are; F32 if it has a gradient.</param>
    /// <param name="rows">The numbers, I32; each must be a row of the matrix.</param>
    public Variable TakeRows(Variable matrix, ggml_tensor* rows)
    {
        Require(rows->type == ggml_type.GGML_TYPE_I32 && rows->ne[1] == 1 && matrix.Tensor->ne[2] == 1, matrix.Tensor, rows);
        return Record(
            Ggml.ggml_get_rows(_context, matrix.Tensor, rows),
            g => Accumulate(matrix, Ggml.ggml_get_rows_back(_context, g, rows, matrix.Tensor)),
            matrix);
    }

    /// <summary>
    /// The sum of the outer products of rows. A product of the transposed matrices, for which ggml has a kernel that keeps its sums in
    /// registers; its own outer product writes them for each row: 2.3 times as long (192 × 512, F32, AVX2), which is a fifth of a step.
    /// </summary>
    private ggml_tensor* OuterProduct(ggml_tensor* a, ggml_tensor* b)
    {
        // That kernel takes sums over multiples of 8 only (tinyBLAS with AVX2; ggml-cpu/llamafile/sgemm.cpp, v0.5.0).
        const int Multiple = 8;
        long whole = a->ne[1] / Multiple * Multiple;
        long rest = a->ne[1] - whole;
        ggml_tensor* sum = rest == 0 ? null : Ggml.ggml_out_prod(_context, RowsFrom(a, whole, rest), RowsFrom(b, whole, rest));
        if (whole == 0)
        {
            return sum;
        }

        ggml_tensor* product = Ggml.ggml_mul_mat(_context, Transpose(RowsFrom(a, 0, whole)), Transpose(RowsFrom(b, 0, whole)));
        return sum == null ? product : Ggml.ggml_add(_context, product, sum);
    }

    private ggml_tensor* RowsFrom(ggml_tensor* x, long start, long count) =>
        Ggml.ggml_view_2d(_context, x, x->ne[0], count, (nuint)x->nb[1], (nuint)start * (nuint)x->nb[1]);

    private ggml_tensor* LinearGradient(ggml_tensor* weight, ggml_tensor* transposed, ggml_tensor* gradient) =>
        Ggml.ggml_mul_mat(_context, transposed != null ? transposed : Transpose(weight), gradient);

    private ggml_tensor* Transpose(ggml_tensor* weight)
    {
        ggml_tensor* single = weight->type == ggml_type.GGML_TYPE_F32 ? weight : Ggml.ggml_cast(_context, weight, ggml_type.GGML_TYPE_F32);
        return Ggml.ggml_cont(_context, Ggml.ggml_transpose(_context, single));
    }
}
