using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>A tensor of the model: frozen, or trained as a parameter in its place.</summary>
internal sealed unsafe class Weight(string name, ggml_tensor* tensor)
{
    private readonly ggml_tensor* _stored = tensor;

    public string Name { get; } = name;

    /// <summary>The values: the file's, or the parameter's.</summary>
    public ggml_tensor* Tensor { get; private set; } = tensor;

    /// <summary>The transposed matrix for gradients, if one was made.</summary>
    public ggml_tensor* Transposed { get; set; }

    /// <summary>What is trained in place of the file's values, or <see langword="null"/>.</summary>
    public Parameter? Parameter { get; private set; }

    public ggml_type Type => Tensor->type;

    public bool IsSinglePrecision => Type == ggml_type.GGML_TYPE_F32;

    public long Columns => Tensor->ne[0];

    public long Rows => Tensor->ne[1];

    /// <summary>Bytes of the values as they are stored.</summary>
    public nuint ByteLength => Ggml.ggml_nbytes(Tensor);

    /// <summary>The values as they are stored; of a tensor below 2 GiB.</summary>
    public ReadOnlySpan<byte> Bytes => new(Tensor->data, checked((int)Ggml.ggml_nbytes(Tensor)));

    /// <summary>Some of the bytes of the values; of a tensor of any size.</summary>
    public ReadOnlySpan<byte> Slice(nuint offset, int length) => new((byte*)Tensor->data + offset, length);

    /// <summary>Trains it: from the file's values on.</summary>
    public void Train(Parameter parameter)
    {
        new ReadOnlySpan<float>(Tensor->data, parameter.Values.Length).CopyTo(parameter.Values);
        Parameter = parameter;
        Tensor = parameter.Value;
    }

    /// <summary>Goes back to the file's values.</summary>
    public void Freeze()
    {
        Parameter = null;
        Tensor = _stored;
    }

    /// <summary>The weight on a tape.</summary>
    public Variable On(Tape tape) => Parameter is null ? Tape.Constant(Tensor) : tape.Use(Parameter);
}
