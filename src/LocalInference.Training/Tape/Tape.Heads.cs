using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>What attention needs before it: projections, heads and positions.</summary>
internal sealed unsafe partial class Tape
{
    // Without YaRN (ext_factor 0) these do nothing; llama.cpp passes them.
    private const float BetaFast = 32;
    private const float BetaSlow = 1;

    /// <summary>Splits rows into heads: [length · heads, tokens] becomes [length, heads, tokens].</summary>
    public Variable SplitHeads(Variable x, int heads)
    {
        Require(x.Columns % heads == 0 && IsContiguous(x.Tensor), x.Tensor, x.Tensor);
        long width = x.Columns;
        long tokens = x.Rows;
        return Record(
            Ggml.ggml_reshape_3d(_context, x.Tensor, width / heads, heads, tokens),
            g => Accumulate(x, Ggml.ggml_reshape_2d(_context, Contiguous(g), width, tokens)),
            x);
    }

    /// <summary>Takes rows apart: what one matrix computes in place of several. All parts must be used.</summary>
    /// <param name="x">[sum of <paramref name="widths"/>, tokens].</param>
    /// <param name="widths">Elements of each part.</param>
    /// <returns>[width, tokens] for each.</returns>
    public Variable[] Split(Variable x, IReadOnlyList<int> widths)
    {
        Require(x.Columns == widths.Sum() && x.Tensor->ne[2] == 1, x.Tensor, x.Tensor);
        Variable[] parts = new Variable[widths.Count];
        nuint offset = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            ggml_tensor* part = Ggml.ggml_view_2d(_context, x.Tensor, widths[i], x.Rows, (nuint)x.Tensor->nb[1], offset);
            offset += (nuint)widths[i] * sizeof(float);

            // On the way back the first comes last, when the gradients of all are there.
            parts[i] = Record(Ggml.ggml_cont(_context, part), i == 0 ? _ => Accumulate(x, Joined()) : static _ => { }, x);
        }

        return parts;

        ggml_tensor* Joined()
        {
            ggml_tensor* all = parts[0].Gradient;
            foreach (Variable part in parts.AsSpan(1))
            {
                all = Ggml.ggml_concat(_context, all, part.Gradient, 0);
            }

            return all;
        }
    }

    /// <summary>Turns each head by its token's position.</summary>
    /// <param name="x">[length, heads, tokens].</param>
    /// <param name="positions">I32, one for each token.</param>
    /// <param name="rope">How.</param>
    public Variable Rope(Variable x, ggml_tensor* positions, RopeSettings rope)
    {
        ggml_tensor* factors = rope.Factors?.Divisors is { } divisors ? divisors.Tensor : null;
        float attention = rope.Factors?.Attention ?? 1;
        Require(positions->type == ggml_type.GGML_TYPE_I32 && positions->ne[0] == x.Tensor->ne[2] && positions->ne[1] == 1, x.Tensor, positions);
        Require(rope.Dimensions <= x.Columns && rope.Dimensions % 2 == 0, x.Tensor, positions);
        Require(factors == null || (factors->type == ggml_type.GGML_TYPE_F32 && factors->ne[0] >= rope.Dimensions / 2), x.Tensor, factors == null ? x.Tensor : factors);
        return Record(
            Ggml.ggml_rope_ext(_context, x.Tensor, positions, factors, rope.Dimensions, rope.Mode, 0, rope.FrequencyBase, rope.FrequencyScale, 0, attention, BetaFast, BetaSlow),
            g => Accumulate(x, Ggml.ggml_rope_ext_back(_context, g, positions, factors, rope.Dimensions, rope.Mode, 0, rope.FrequencyBase, rope.FrequencyScale, 0, attention, BetaFast, BetaSlow)),
            x);
    }
}
