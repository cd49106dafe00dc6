using System.Numerics.Tensors;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// Muon (Jordan, 2024, kellerjordan.github.io/posts/muon): a matrix moves by its momentum with all singular values set to about 1, so that
/// rare directions learn as fast as frequent ones. The step is scaled to the size that AdamW's usually has (Liu et al., 2025, arXiv
/// 2502.16982, equation 4). The products run on the tape's kernels: threads change nothing.
/// </summary>
internal sealed unsafe class Muon : IDisposable
{
    private const float Momentum = 0.95f;

    // The root mean square of AdamW's steps per learning rate, as section 2.2 there measured it.
    private const float UsualStep = 0.2f;

    // A gradient of zeros has no direction.
    private const float Epsilon = 1e-7f;

    private readonly Parameter[] _matrices;
    private readonly TapeRunner _runner;
    private readonly HostTensors _memory;
    private readonly nint[] _updates;

    /// <param name="matrices">What it moves.</param>
    /// <param name="runner">What computes.</param>
    public Muon(IEnumerable<Parameter> matrices, TapeRunner runner)
    {
        _matrices = [.. matrices];
        _runner = runner;
        _memory = new HostTensors(ParameterSet.Bytes(_matrices.Select(static m => m.Definition)), _matrices.Length);
        _updates = [.. _matrices.Select(m => (nint)_memory.Add(ggml_type.GGML_TYPE_F32, m.Definition.Columns, m.Definition.Rows))];
    }

    /// <summary>What it moves.</summary>
    public IReadOnlyList<Parameter> Matrices => _matrices;

    /// <summary>Moves all matrices against their gradients.</summary>
    /// <param name="parameters">All parameters of the training.</param>
    /// <param name="all">Those parameters' values; of the moments the first are used.</param>
    /// <param name="step">How.</param>
    public void Step(ParameterSet parameters, OptimizerSlice all, OptimizerStep step)
    {
        using Tape tape = new(_matrices.Length * Tape.OrthogonalNodes, gradients: false);
        for (int i = 0; i < _matrices.Length; i++)
        {
            var update = (ggml_tensor*)_updates[i];
            FillDirection(all[parameters.RangeOf(_matrices[i])], HostTensors.Elements<float>(update), step.GradientScale);
            tape.Keep(tape.Orthogonal(update), update);
        }

        _runner.Run(tape);
        for (int i = 0; i < _matrices.Length; i++)
        {
            ParameterDefinition shape = _matrices[i].Definition;
            float size = step.LearningRate * UsualStep * MathF.Sqrt(Math.Max(shape.Rows, shape.Columns));
            Span<float> values = _matrices[i].Values;
            Span<float> update = HostTensors.Elements<float>((ggml_tensor*)_updates[i]);
            TensorPrimitives.Multiply(values, step.Decay, values);
            TensorPrimitives.MultiplyAdd(update, -size, values, values);
        }
    }

    public void Dispose() => _memory.Dispose();

    // Nesterov's momentum, one long in all.
    private static void FillDirection(OptimizerSlice slice, Span<float> direction, float gradientScale)
    {
        int length = direction.Length;
        ReadOnlySpan<float> gradients = slice.Gradients[..length];
        Span<float> momentum = slice.First[..length];
        TensorPrimitives.Multiply(momentum, Momentum, momentum);
        TensorPrimitives.MultiplyAdd(gradients, gradientScale, momentum, momentum);
        TensorPrimitives.Multiply(momentum, Momentum, direction);
        TensorPrimitives.MultiplyAdd(gradients, gradientScale, direction, direction);
        TensorPrimitives.Divide(direction, TensorPrimitives.Norm<float>(direction) + Epsilon, direction);
    }
}
