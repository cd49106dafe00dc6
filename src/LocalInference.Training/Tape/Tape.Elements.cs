using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Operations on each element by itself, and on rows with a vector.</summary>
internal sealed unsafe partial class Tape
{
    /// <summary>a + b.</summary>
    public Variable Add(Variable a, Variable b)
    {
        RequireSameShape(a.Tensor, b.Tensor);
        return Record(
            Ggml.ggml_add(_context, a.Tensor, b.Tensor),
            g =>
            {
                Accumulate(a, g);
                Accumulate(b, g);
            },
            a,
            b);
    }

    /// <summary>A vector added to each row: a bias.</summary>
    public Variable AddVector(Variable x, Variable vector)
    {
        RequireVector(x, vector);
        return Record(
            Ggml.ggml_add(_context, x.Tensor, vector.Tensor),
            g =>
            {
                Accumulate(x, g);
                if (vector.RequiresGradient)
                {
                    Accumulate(vector, Ggml.ggml_repeat_back(_context, g, vector.Tensor));
                }
            },
            x,
            vector);
    }

    /// <summary>Each row times a vector, element by element: the weight of a norm.</summary>
    public Variable MultiplyVector(Variable x, Variable vector)
    {
        RequireVector(x, vector);
        return Record(
            Ggml.ggml_mul(_context, x.Tensor, vector.Tensor),
            g =>
            {
                if (x.RequiresGradient)
                {
                    Accumulate(x, Ggml.ggml_mul(_context, g, vector.Tensor));
                }

                if (vector.RequiresGradient)
                {
                    Accumulate(vector, Ggml.ggml_repeat_back(_context, Ggml.ggml_mul(_context, g, x.Tensor), vector.Tensor));
                }
            },
            x,
            vector);
    }

    /// <summary>silu(gate) · up: the middle of a gated feed-forward network (Shazeer, 2020, arXiv 2002.05202).</summary>
    public Variable SwiGlu(Variable gate, Variable up)
    {
        RequireSameShape(gate.Tensor, up.Tensor);
        return Record(
            Ggml.ggml_swiglu_split(_context, gate.Tensor, up.Tensor),
            g =>
            {
                if (up.RequiresGradient)
                {
                    Accumulate(up, Ggml.ggml_mul(_context, g, Ggml.ggml_silu(_context, gate.Tensor)));
                }

                if (gate.RequiresGradient)
                {
                    Accumulate(gate, Ggml.ggml_silu_back(_context, Ggml.ggml_mul(_context, g, up.Tensor), gate.Tensor));
                }
            },
            gate,
            up);
    }

    /// <summary>
    /// gelu(gate) · up: the same middle with another gate (arXiv 2002.05202). Only a tape that is compared with libllama rounds GELU as that
    /// does on the CPU.
    /// </summary>
    public Variable GeGlu(Variable gate, Variable up)
    {
        RequireSameShape(gate.Tensor, up.Tensor);
        Require(IsContiguous(gate.Tensor) && IsContiguous(up.Tensor), gate.Tensor, up.Tensor);
        return Record(
            _roundsAsServed ? Ggml.ggml_geglu_split(_context, gate.Tensor, up.Tensor) : GeluKernels.Value(_context, gate.Tensor, up.Tensor),
            g =>
            {
                if (up.RequiresGradient)
                {
                    Accumulate(up, GeluKernels.Value(_context, gate.Tensor, Contiguous(g)));
                }

                if (gate.RequiresGradient)
                {
                    Accumulate(gate, GeluKernels.Slope(_context, gate.Tensor, Ggml.ggml_mul(_context, Contiguous(g), up.Tensor)));
                }
            },
            gate,
            up);
    }

    /// <summary>factor · x.</summary>
    public Variable Scale(Variable x, float factor) => factor == 1
        ? x
        : Record(Ggml.ggml_scale(_context, x.Tensor, factor), g => Accumulate(x, Ggml.ggml_scale(_context, g, factor)), x);

    /// <summary>cap · tanh(x / cap): what stays below the cap, smoothly.</summary>
    /// <param name="x">What is bounded.</param>
    /// <param name="cap">The bound; 0: none.</param>
    public Variable SoftCap(Variable x, float cap)
    {
        if (cap == 0)
        {
            return x;
        }

        ggml_tensor* bounded = Bounded(x.Tensor, 1 / cap);
        return Record(Ggml.ggml_scale(_context, bounded, cap), g => Accumulate(x, BoundedGradient(g, bounded)), x);
    }

    /// <summary>Each row divided by its root mean square (Zhang and Sennrich, 2019, arXiv 1910.07467), without the weight.</summary>
    public Variable RmsNorm(Variable x, float epsilon) => Record(
        Ggml.ggml_rms_norm(_context, x.Tensor, epsilon),
        g => Accumulate(x, Ggml.ggml_rms_norm_back(_context, g, x.Tensor, epsilon)),
        x);

    /// <summary>
    /// Sets elements to zero by chance and scales up the others (Srivastava et al., 2014). Which ones depends on the key alone, so that
    /// a layer that is computed again for its gradient, or a run that is resumed, drops the same.
    /// </summary>
    public Variable Dropout(Variable x, float probability, ulong key)
    {
        if (probability == 0)
        {
            return x;
        }

        Require(IsContiguous(x.Tensor), x.Tensor, x.Tensor);
        DropoutKernel* kernel = Allocate(new DropoutKernel(key, probability));
        return Record(Drop(x.Tensor, kernel), g => Accumulate(x, Drop(Contiguous(g), kernel)), x);
    }

    // tanh(scale · x).
    private ggml_tensor* Bounded(ggml_tensor* x, float scale) => Expand(Ggml.ggml_tanh(_context, Scaled(x, scale)));

    // tanh' is 1 − tanh², and the scale before it and the cap after it cancel each other.
    private ggml_tensor* BoundedGradient(ggml_tensor* gradient, ggml_tensor* bounded) =>
        Ggml.ggml_sub(_context, gradient, Ggml.ggml_mul(_context, gradient, Ggml.ggml_sqr(_context, bounded)));

    private ggml_tensor* Drop(ggml_tensor* x, DropoutKernel* kernel) =>
        Ggml.ggml_map_custom1(_context, x, &DropoutKernel.Run, CustomOperation.AllThreads, kernel);

    private static void RequireVector(Variable x, Variable vector) =>
        Require(vector.Columns == x.Columns && Ggml.ggml_nelements(vector.Tensor) == x.Columns, x.Tensor, vector.Tensor);
}
