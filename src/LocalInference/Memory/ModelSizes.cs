using System.Collections.Immutable;
using System.Globalization;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>How a model's bytes are spread over its parts, which can lie on different devices. Immutable.</summary>
internal sealed record ModelSizes
{
    private const string LayerPrefix = "blk.";
    private const string EmbeddingName = "token_embd.weight";
    private const string OutputName = "output.weight";

    /// <summary>Bytes of what comes before the first layer and always lies on the host (llama_model::load_tensors).</summary>
    public required long InputBytes { get; init; }

    /// <summary>The layers in order.</summary>
    public required ImmutableArray<LayerSize> Layers { get; init; }

    /// <summary>Bytes of the output layer.</summary>
    public required long OutputBytes { get; init; }

    /// <summary>Bytes that an output layer on a GPU takes besides: a copy of the token embedding where there is no matrix of its own.</summary>
    public required long TiedOutputBytes { get; init; }

    /// <summary>Bytes of the experts in all layers.</summary>
    public required long ExpertBytes { get; init; }

    public static ModelSizes Of(GgufMetadata metadata, IReadOnlyList<GgufTensorInfo> tensors, GgufModelDescription model)
    {
        // Every layer has a tensor, so a file cannot claim more layers than it has tensors.
        int count = (int)Math.Min(model.BlockCount ?? 0, tensors.Count);
        var weights = new long[count];
        long input = 0, output = 0, experts = 0;
        foreach (GgufTensorInfo tensor in tensors)
        {
            if (LayerOf(tensor.Name) is { } layer && layer < count)
            {
                weights[layer] = ByteSum.Of(weights[layer], tensor.ByteLength);
                experts = ByteSum.Of(experts, tensor.Name.Contains("_exps.", StringComparison.Ordinal) ? tensor.ByteLength : 0);
            }
            else if (tensor.Name.StartsWith("output", StringComparison.Ordinal) || tensor.Name.StartsWith("cls", StringComparison.Ordinal))
            {
                output = ByteSum.Of(output, tensor.ByteLength);
            }
            else
            {
                input = ByteSum.Of(input, tensor.ByteLength);
            }
        }

        long[] elements = KeyValueElements(metadata, model, count);
        long state = StateBytes(metadata, model);
        bool isTied = !tensors.Any(static tensor => tensor.Name == OutputName);
        return new ModelSizes
        {
            InputBytes = input,
            Layers = [.. weights.Select((bytes, layer) => new LayerSize(bytes, elements[layer], IsRecurrent(model, layer) ? state : 0))],
            OutputBytes = output,
            TiedOutputBytes = isTied ? tensors.FirstOrDefault(static tensor => tensor.Name == EmbeddingName)?.ByteLength ?? 0 : 0,
            ExpertBytes = experts,
        };
    }

    // T5 has two stacks, enc.blk.N and dec.blk.N; layer N of both goes to the same device.
    private static int? LayerOf(string name)
    {
        int start = name.IndexOf(LayerPrefix, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        start += LayerPrefix.Length;
        int end = name.IndexOf('.', start);
        return end > start && int.TryParse(name.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out int layer) ? layer : null;
    }

    private static long[] KeyValueElements(GgufMetadata metadata, GgufModelDescription model, int layers)
    {
        if (layers == 0 || model.KeyValueElementsPerToken is not { } all)
        {
            return new long[layers];
        }

        int[] attending = [.. Enumerable.Range(0, layers).Where(layer => !IsRecurrent(model, layer))];
        long perHead = ByteSum.Of(model.KeyLength ?? 0, model.ValueLength ?? 0);
        bool differ = metadata.TryGetArray($"{model.Architecture}.attention.head_count_kv", out GgufArray heads) && heads.Count == layers;
        var elements = new long[layers];
        foreach (int layer in attending)
        {
            elements[layer] = !differ ? (all + attending.Length - 1) / attending.Length
                : heads[layer].TryGetInt64(out long number) ? ByteSum.Limit((Int128)number * perHead)
                : 0;
        }

        return elements;
    }

    private static bool IsRecurrent(GgufModelDescription model, int layer) => layer < model.RecurrentLayers.Length && model.RecurrentLayers[layer];

    // Of a gated delta net, in single precision: the columns that its convolution looks back on, and a matrix for each head (n_embd_r and
    // n_embd_s in llama-hparams.cpp of v0.5.0).
    private static long StateBytes(GgufMetadata metadata, GgufModelDescription model)
    {
        Int128 inner = Number("inner_size"), state = Number("state_size");
        Int128 columns = Int128.Max(Number("conv_kernel") - 1, 0);
        return ByteSum.Limit(((columns * (inner + (2 * Number("group_count") * state))) + (state * inner)) * sizeof(float));

        Int128 Number(string name) => metadata.TryGetUInt32($"{model.Architecture}.ssm.{name}", out uint value) ? value : 0;
    }
}
