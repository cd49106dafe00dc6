using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// Refuses, before llama.cpp sees it, an adapter that does not belong to the model or that would end the process
/// (llama_adapter_lora_init_impl in llama-adapter.cpp reads metadata by assertion, and leaves shapes of more than two
/// dimensions and element types to the first multiplication).
/// </summary>
internal static class AdapterFileCheck
{
    /// <summary>Checks an adapter that is merged into the model or converted.</summary>
    /// <exception cref="AdapterException">It is no adapter, or none of this model.</exception>
    public static AdapterInfo Check(string name, string path, CheckedModel model) => Check(name, path, model, isServed: false);

    /// <summary>Checks an adapter that llama.cpp computes with beside the model.</summary>
    /// <exception cref="AdapterException">It is no adapter, none of this model, or one that can only be merged.</exception>
    public static AdapterInfo CheckServed(string name, string path, CheckedModel model) => Check(name, path, model, isServed: true);

    private static AdapterInfo Check(string name, string path, CheckedModel model, bool isServed)
    {
        if (!File.Exists(path))
        {
            throw ExceptionFactory.Adapter(name, $"there is no file at '{path}'");
        }

        try
        {
            using GgufFile file = GgufFile.Open(path);
            if (ControlVectorFile.IsOne(file))
            {
                return ControlVectorFile.Check(name, file, model);
            }

            Expect(name, file.Metadata, "general.type", "adapter");
            Expect(name, file.Metadata, "adapter.type", "lora");
            Expect(name, file.Metadata, "general.architecture", model.Architecture);
            if (file.Metadata.TryGetValue("adapter.alora.invocation_tokens", out _))
            {
                throw ExceptionFactory.Adapter(name, "it is activated by tokens of its own (aLoRA), which is not supported");
            }

            return new AdapterInfo
            {
                Name = name,
                Path = path,
                Kind = AdapterKind.Lora,
                Alpha = ReadAlpha(name, file.Metadata),
                Rank = CheckTensors(name, file, model, isServed, out int count),
                TensorCount = count,
                SizeInBytes = file.Tensors.Sum(static t => t.ByteLength),
            };
        }
        catch (Exception e) when (e is GgufException or IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.Adapter(name, $"'{path}' cannot be read ({e.Message.TrimEnd('.')})", inner: e);
        }
    }

    private static void Expect(string name, GgufMetadata metadata, string key, string expected)
    {
        if (!metadata.TryGetString(key, out string value) || !string.Equals(value, expected, StringComparison.Ordinal))
        {
            throw ExceptionFactory.Adapter(name, $"{key} is {(value.Length == 0 ? "missing" : $"'{value}'")} where '{expected}' is expected", value, expected);
        }
    }

    private static float ReadAlpha(string name, GgufMetadata metadata)
    {
        if (!metadata.TryGetValue(LoraLayout.AlphaKey, out GgufValue value))
        {
            return 0;
        }

        return value.Type == GgufValueType.Float32 && value.TryGetDouble(out double alpha) && double.IsFinite(alpha)
            ? (float)alpha
            : throw ExceptionFactory.Adapter(name, $"{LoraLayout.AlphaKey} is no finite number in single precision");
    }

    private static int CheckTensors(string name, GgufFile file, CheckedModel model, bool isServed, out int count)
    {
        Dictionary<string, GgufTensorInfo> weights = model.Tensors.ToDictionary(static t => t.Name, StringComparer.Ordinal);
        int rank = 0;
        count = 0;
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            if (tensor.Name.EndsWith("_norm.weight", StringComparison.Ordinal))
            {
                // llama.cpp leaves them out.
                continue;
            }

            bool isA = tensor.Name.EndsWith(LoraLayout.ASuffix, StringComparison.Ordinal);
            if (!isA && !tensor.Name.EndsWith(LoraLayout.BSuffix, StringComparison.Ordinal))
            {
                throw ExceptionFactory.Adapter(name, $"its tensor '{tensor.Name}' is neither a lora_a nor a lora_b");
            }

            CheckType(name, tensor);
            if (!isA)
            {
                // Looked at with its lora_a; one without is noticed here.
                _ = Partner(name, file, tensor, LoraLayout.BSuffix, LoraLayout.ASuffix);
                continue;
            }

            string target = tensor.Name[..^LoraLayout.ASuffix.Length];
            GgufTensorInfo weight = weights.GetValueOrDefault(target)
                ?? throw ExceptionFactory.Adapter(name, $"the model has no tensor '{target}', which it changes");
            if (isServed && target == LoraLayout.Embedding && !weights.ContainsKey("output.weight"))
            {
                // llama.cpp multiplies with the same tensor for the output, where A and B are the wrong way round: ggml_mul_mat asserts.
                throw ExceptionFactory.Adapter(name, $"it changes {target}, which is the model's output matrix as well, and llama.cpp cannot compute with that; merge it into the model instead");
            }

            rank = Math.Max(rank, CheckShapes(name, weight, tensor, Partner(name, file, tensor, LoraLayout.ASuffix, LoraLayout.BSuffix)));
            count++;
        }

        return count > 0 ? rank : throw ExceptionFactory.Adapter(name, "it changes nothing: it has no lora_a and lora_b tensors");
    }

    private static GgufTensorInfo Partner(string name, GgufFile file, GgufTensorInfo tensor, string own, string other)
    {
        string partner = tensor.Name[..^own.Length] + other;
        return file.FindTensor(partner) ?? throw ExceptionFactory.Adapter(name, $"'{tensor.Name}' is there without '{partner}'");
    }

    private static int CheckShapes(string name, GgufTensorInfo weight, GgufTensorInfo a, GgufTensorInfo b)
    {
        bool fits = string.Equals(weight.Name, LoraLayout.Embedding, StringComparison.Ordinal)
            ? Size(weight, 0) == Size(b, 1) && Size(weight, 1) == Size(a, 1) && Size(a, 0) == Size(b, 0)
            : Size(weight, 0) == Size(a, 0) && Size(weight, 1) == Size(b, 1) && Size(a, 1) == Size(b, 0);
        for (int i = 2; i < 4; i++)
        {
            fits &= Size(weight, i) == Size(a, i) && Size(weight, i) == Size(b, i);
        }

        return fits
            ? (int)Size(b, 0)
            : throw ExceptionFactory.Adapter(name, $"'{a.Name}' and its lora_b have the shapes {Shape(a)} and {Shape(b)}, which do not fit the model's {Shape(weight)}", Shape(a), Shape(weight));
    }

    // What every backend multiplies with.
    private static void CheckType(string name, GgufTensorInfo tensor)
    {
        if (tensor.Type is not (GgufTensorType.F32 or GgufTensorType.F16 or GgufTensorType.BF16 or GgufTensorType.Q8_0))
        {
            throw ExceptionFactory.Adapter(name, $"'{tensor.Name}' is stored as {tensor.Type}", tensor.Type.ToString(), "F32, F16, BF16 or Q8_0");
        }
    }

    private static long Size(GgufTensorInfo tensor, int dimension) => dimension < tensor.Dimensions.Length ? tensor.Dimensions[dimension] : 1;

    private static string Shape(GgufTensorInfo tensor) => string.Join('×', tensor.Dimensions.Select(static d => d.ToString(CultureInfo.InvariantCulture)));
}
