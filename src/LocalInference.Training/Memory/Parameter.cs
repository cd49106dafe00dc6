using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>What training changes: values in F32 and, as large, the gradient that has been added up so far.</summary>
internal sealed unsafe class Parameter(ParameterDefinition definition, ggml_tensor* value, ggml_tensor* gradient)
{
    public ParameterDefinition Definition { get; } = definition;

    public ggml_tensor* Value { get; } = value;

    public ggml_tensor* Gradient { get; } = gradient;

    /// <summary>The values, rows one after the other.</summary>
    public Span<float> Values => HostTensors.Elements<float>(Value);

    /// <summary>The gradient, as <see cref="Values"/>.</summary>
    public Span<float> Gradients => HostTensors.Elements<float>(Gradient);
}
