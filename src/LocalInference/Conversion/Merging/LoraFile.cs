using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>A LoRA adapter in GGUF that is open, and belongs to a model.</summary>
internal sealed class LoraFile : IDisposable
{
    private readonly GgufFile _file;
    private readonly float _scale;

    private LoraFile(GgufFile file, float alpha, float scale)
    {
        _file = file;
        Alpha = alpha;
        _scale = scale;
    }

    /// <summary>The alpha; 0: the scale is not divided by the rank.</summary>
    public float Alpha { get; }

    /// <summary>The matrices that it changes. What it may hold for norms counts for nothing, as in llama.cpp.</summary>
    public IEnumerable<string> Targets => _file.Tensors
        .Where(static tensor => tensor.Name.EndsWith(LoraLayout.ASuffix, StringComparison.Ordinal))
        .Select(static tensor => tensor.Name[..^LoraLayout.ASuffix.Length]);

    /// <exception cref="AdapterException">It is none, or of another model.</exception>
    public static LoraFile Open(AdapterFile adapter, CheckedModel model)
    {
        string name = adapter.EffectiveName;
        AdapterInfo info = AdapterFileCheck.Check(name, Path.GetFullPath(adapter.Path), model);
        if (info.Kind != AdapterKind.Lora)
        {
            throw ExceptionFactory.Adapter(name, "it is a control vector, which changes activations and no weights");
        }

        return float.IsFinite(adapter.Scale)
            ? new LoraFile(GgufFile.Open(info.Path), info.Alpha, adapter.Scale)
            : throw ExceptionFactory.Option(nameof(adapter.Scale), "must be a finite number", adapter.Scale.ToString());
    }

    /// <summary>The two factors of a matrix as they are stored, or <see langword="null"/>.</summary>
    public (GgufTensorInfo A, GgufTensorInfo B)? Find(string target) =>
        _file.FindTensor(target + LoraLayout.ASuffix) is { } a ? (a, _file.FindTensor(target + LoraLayout.BSuffix)!) : null;

    /// <summary>What it adds to a matrix, or <see langword="null"/>.</summary>
    public LoraDelta? Read(string target)
    {
        if (Find(target) is not (var a, var b))
        {
            return null;
        }

        int rank = (int)b.Dimensions[0];

        // Without an alpha it is the scale alone (llama_adapter_lora_weight::get_scale in llama-adapter.h).
        float scale = Alpha == 0 ? _scale : _scale * Alpha / rank;

        // Of embeddings it is A that has a row for each token.
        return target == LoraLayout.Embedding
            ? new LoraDelta(Matrix.Transpose(Values(b), rank), Values(a), rank, (int)b.Dimensions[1], a.Dimensions[1], scale)
            : new LoraDelta(Values(a), Values(b), rank, (int)a.Dimensions[0], b.Dimensions[1], scale);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The values of one of the factors.</summary>
    public float[] Values(GgufTensorInfo tensor)
    {
        float[] values = new float[tensor.ElementCount];
        TensorValues.Decode(tensor.Type, _file.GetTensorData(tensor), values);
        return values;
    }
}
