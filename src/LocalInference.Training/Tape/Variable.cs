using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>A value on a <see cref="Tape"/>.</summary>
internal sealed unsafe class Variable(ggml_tensor* tensor, bool requiresGradient, Parameter? parameter = null)
{
    public ggml_tensor* Tensor { get; } = tensor;

    /// <summary>Whether a parameter or a tracked input stands behind it.</summary>
    public bool RequiresGradient { get; } = requiresGradient;

    /// <summary>The parameter that this is, whose gradient is kept outside the tape.</summary>
    public Parameter? Parameter { get; } = parameter;

    /// <summary>How the result changes with it, as far as <see cref="Tape.Backward(Variable, ggml_tensor*)"/> has got.</summary>
    public ggml_tensor* Gradient { get; set; }

    public long Columns => Tensor->ne[0];

    public long Rows => Tensor->ne[1];
}
