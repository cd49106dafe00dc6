using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>The last layer and the loss.</summary>
internal sealed unsafe partial class Tape
{
    /// <summary>Rows of logits at a time: at 128 rows of 49,152 logits that is 25 MB, and their gradient takes their place.</summary>
    public const int LossBlock = 128;

    /// <summary>
    /// The negative log-likelihood of a target for each row, through a linear layer. Logits live for some rows at a time only: where
    /// gradients are wanted, that of <paramref name="x"/> is computed on the way there and waits for the way back.
    /// </summary>
    /// <param name="weight">The output layer: a row for each token of the vocabulary.</param>
    /// <param name="transposed">As for <see cref="Linear"/>.</param>
    /// <param name="x">A row for each target.</param>
    /// <param name="targets">I32, each a row of <paramref name="weight"/>.</param>
    /// <param name="weights">F32: what each target's loss is multiplied with before they are added up to the loss that is differentiated.</param>
    /// <param name="block">Rows at a time; <see cref="LossBlock"/>.</param>
    /// <param name="cap">What logits stay below, as of <see cref="SoftCap"/>; 0: none.</param>
    /// <returns>[2, rows]: for each row log Σ exp(logit), and the negative log-likelihood before its weight. Nothing but <see cref="Backward(Variable)"/> may follow.</returns>
    public Variable CrossEntropy(Variable weight, ggml_tensor* transposed, Variable x, ggml_tensor* targets, ggml_tensor* weights, int block, float cap = 0)
    {
        ggml_tensor* w = weight.Tensor;
        Require(w->ne[0] == x.Columns, w, x.Tensor);
        Require(targets->type == ggml_type.GGML_TYPE_I32 && targets->ne[0] == x.Rows && weights->type == ggml_type.GGML_TYPE_F32 && weights->ne[0] == x.Rows, targets, weights);
        List<nint> losses = [];
        List<nint> gradients = [];
        for (int start = 0; start < x.Rows; start += block)
        {
            EnsureRoom();
            int count = (int)Math.Min(block, x.Rows - start);
            ggml_tensor* rows = Ggml.ggml_view_2d(_context, x.Tensor, x.Columns, count, (nuint)x.Tensor->nb[1], (nuint)start * (nuint)x.Tensor->nb[1]);
            ggml_tensor* target = Ggml.ggml_view_1d(_context, targets, count, (nuint)start * sizeof(int));
            ggml_tensor* products = ByRows(rows, w);
            ggml_tensor* bounded = cap == 0 ? null : Bounded(products, 1 / cap);
            ggml_tensor* logits = bounded == null ? products : Ggml.ggml_scale(_context, bounded, cap);
            ggml_tensor* loss = Expand(CrossEntropyKernels.Loss(_context, logits, target));
            losses.Add((nint)loss);
            if (weight.RequiresGradient || x.RequiresGradient)
            {
                ggml_tensor* factors = Ggml.ggml_view_1d(_context, weights, count, (nuint)start * sizeof(float));
                ggml_tensor* dLogits = Expand(CrossEntropyKernels.Gradient(_context, logits, loss, target, factors));
                dLogits = bounded == null ? dLogits : Expand(BoundedGradient(dLogits, bounded));
                gradients.Add((nint)Expand(LinearGradient(w, transposed, dLogits)));
                if (weight.RequiresGradient)
                {
                    Accumulate(weight, AcrossRows(dLogits, rows));
                }
            }
        }

        return Record(Join(losses), _ => Accumulate(x, Join(gradients)), weight, x);
    }
}
