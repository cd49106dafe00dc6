using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Products with matrices, frozen or trained, and the choice of rows.</summary>
internal sealed unsafe partial class Tape
{
    /// <summary>W · x for each row of x: a linear layer.</summary>
    /// <param name="weight">W: a row for each output; any type that ggml multiplies, F32 if it is trained.</param>
    /// <param name="transposed">Wᵀ for the gradient, made once (<see cref="TransposedWeights"/>); null: none is needed, or it is made on the fly.</param>
    /// <param name="x">A row for each token.</param>
    public Variable Linear(Variable weight, ggml_tensor* transposed, Variable x)
    {
        ggml_tensor* w = weight.Tensor;
        Require(w->ne[0] == x.Columns && w->ne[2] == 1 && x.Tensor->type == ggml_type.GGML_TYPE_F32, w, x.Tensor);
        Require(transposed == null || (transposed->ne[0] == w->ne[1] && transposed->ne[1] == w->ne[0]), w, transposed == null ? w : transposed);
        return Record(
            ByRows(x.Tensor, w),
            g =>
            {
                if (x.RequiresGradient)
                {
                    Accumulate(x, LinearGradient(w, transposed, g));
                }

                if (weight.RequiresGradient)
                {
                    Accumulate(weight, AcrossRows(g, x.Tensor));
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
        if (_roundsAsServed)
        {
            // The scale comes last (build_lora_mm in llama-graph.cpp).
            return Record(ByElements(ByRows(x.Tensor, a.Tensor), b.Tensor, scale), static _ => { }, x, a, b);
        }

        ggml_tensor* u = ByRows(x.Tensor, a.Tensor, scale);
        return Record(
            ByElements(u, b.Tensor),
            g =>
            {
                Accumulate(b, AcrossRows(u, g));
                ggml_tensor* du = ByRows(g, b.Tensor, scale);
                Accumulate(a, AcrossRows(du, x.Tensor));
                if (x.RequiresGradient)
                {
                    Accumulate(x, ByElements(du, a.Tensor));
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

    private ggml_tensor* LinearGradient(ggml_tensor* weight, ggml_tensor* transposed, ggml_tensor* gradient)
    {
        if (transposed != null)
        {
            return Ggml.ggml_mul_mat(_context, transposed, gradient);
        }

        // ggml transposes nothing but F32.
        return ByElements(gradient, ProductKernel.IsSupported || weight->type == ggml_type.GGML_TYPE_F32 ? weight : Ggml.ggml_cast(_context, weight, ggml_type.GGML_TYPE_F32));
    }
}
