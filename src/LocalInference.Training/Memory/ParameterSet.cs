using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// All parameters of a training, one behind the other, so that the optimizer sees one long vector. Between parameters lie up to 15
/// zeros, whose gradient is zero too.
/// </summary>
internal sealed unsafe class ParameterSet : IDisposable
{
    private readonly HostTensors _values;
    private readonly HostTensors _gradients;
    private readonly int _length;

    /// <exception cref="TrainingException">There are too many.</exception>
    public ParameterSet(IReadOnlyList<ParameterDefinition> definitions)
    {
        long bytes = Bytes(definitions);
        _length = (int)(bytes / sizeof(float));
        _values = new HostTensors(bytes, definitions.Count);
        _gradients = new HostTensors(bytes, definitions.Count);
        All = [.. definitions.Select(d => new Parameter(d, Add(_values, d), Add(_gradients, d)))];
    }

    /// <summary>In the order of the definitions.</summary>
    public IReadOnlyList<Parameter> All { get; }

    /// <summary>Every value.</summary>
    public Span<float> Values => All.Count == 0 ? [] : new(All[0].Value->data, _length);

    /// <summary>Every gradient, in the order of <see cref="Values"/>.</summary>
    public Span<float> Gradients => All.Count == 0 ? [] : new(All[0].Gradient->data, _length);

    /// <summary>Where a parameter lies in <see cref="Values"/>, with the zeros behind it.</summary>
    public Range RangeOf(Parameter parameter)
    {
        int start = (int)((float*)parameter.Value->data - (float*)All[0].Value->data);
        return start..(start + (int)(Bytes([parameter.Definition]) / sizeof(float)));
    }

    /// <summary>The bytes of values, or of gradients, of such parameters.</summary>
    /// <exception cref="TrainingException">There are more than an array of .NET holds.</exception>
    public static long Bytes(IEnumerable<ParameterDefinition> definitions)
    {
        long bytes = definitions.Sum(static d => HostTensors.Size(ggml_type.GGML_TYPE_F32, d.Columns, d.Rows));
        long count = bytes / sizeof(float);
        return count <= Array.MaxLength
            ? bytes
            : throw ExceptionFactory.TrainingOption(nameof(TrainingOptions.Mode), $"it trains {count} numbers, and {Array.MaxLength} are the most; train an adapter, or one of a lower rank", $"{count}", $"{Array.MaxLength}");
    }

    public void Dispose()
    {
        _values.Dispose();
        _gradients.Dispose();
    }

    private static ggml_tensor* Add(HostTensors tensors, ParameterDefinition definition) =>
        tensors.Add(ggml_type.GGML_TYPE_F32, definition.Columns, definition.Rows);
}
