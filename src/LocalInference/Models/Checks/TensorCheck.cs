using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// Types that the operations on a tensor cannot compute with. Names and shapes need no check: llama.cpp compares both with what
/// the architecture wants and refuses by itself (llama_model_loader::check_tensor_dims).
/// </summary>
internal static class TensorCheck
{
    // TENSOR_ALIGNMENT in ggml-backend-impl.h: ggml_backend_cpu_buffer_from_ptr asserts it of a mapped tensor's address.
    private const int MappedAlignment = 32;

    // Tables that are read as numbers and not computed with (llama-arch.cpp).
    private static readonly string[] s_tables = ["ffn_gate_tid2eid", "d2t", "masked_embd_ordering", "masked_embd_centroids"];

    // Vectors that are used as matrices of one row, by a product that takes any type.
    private static readonly string[] s_rows = ["cls.output.weight", "cls.weight", "ffn_gate_inp_shexp.weight"];

    // Added, multiplied, convolved, rotated or scanned element by element, which ggml-cpu does with F32 only (binary-ops.cpp, ops.cpp).
    private static readonly string[] s_elementwise =
        ["ssm_conv1d", "ssm_a", "ssm_d", "shortconv.conv", "ple_conv1d", "time_mix_first", "time_mix_lerp", "time_mix_decay.weight", "attn_sinks", "layer_output_scale",
         "rope_freqs", "rope_factors"];

    public static void Run(CheckedModel model)
    {
        foreach (GgufTensorInfo tensor in model.Tensors)
        {
            string name = tensor.Name;
            if (!IsWeight(tensor.Type) && !s_tables.Any(table => name.Contains(table, StringComparison.Ordinal)))
            {
                throw model.Refuse($"the tensor {CheckedModel.Quote(name)} is of type {tensor.Type.Name}, which cannot be computed with", tensor.Type.Name, "a floating-point or quantized type");
            }

            if (tensor.Type != GgufTensorType.F32 && NeedsF32(tensor))
            {
                throw model.Refuse($"the tensor {CheckedModel.Quote(name)} is of type {tensor.Type.Name}", tensor.Type.Name, GgufTensorType.F32.Name);
            }

            if (tensor.FileOffset % MappedAlignment != 0)
            {
                throw model.Refuse($"the tensor {CheckedModel.Quote(name)} starts at byte {tensor.FileOffset}", tensor.FileOffset, $"a multiple of {MappedAlignment}");
            }
        }
    }

    /// <summary>Integers, doubles and the two formats of intermediate results have no dot product (type_traits_cpu in ggml-cpu.c).</summary>
    private static bool IsWeight(GgufTensorType type) => type is not (GgufTensorType.I8 or GgufTensorType.I16 or GgufTensorType.I32 or GgufTensorType.I64
        or GgufTensorType.F64 or GgufTensorType.Q8_1 or GgufTensorType.Q8_K);

    private static bool NeedsF32(GgufTensorInfo tensor)
    {
        string name = tensor.Name;
        return name.EndsWith(".bias", StringComparison.Ordinal)
            || IsNorm(name)
            || s_elementwise.Any(part => name.Contains(part, StringComparison.Ordinal))
            || (tensor.Dimensions.Length <= 1 && IsWeight(tensor.Type) && !s_rows.Any(row => name.EndsWith(row, StringComparison.Ordinal)));
    }

    // attn_norm.weight, attn_norm_2.weight, cls.norm.weight.
    private static bool IsNorm(string name)
    {
        int at = name.LastIndexOf("norm", StringComparison.Ordinal);
        return at >= 0 && name.EndsWith(".weight", StringComparison.Ordinal) && !name.AsSpan(at, name.Length - ".weight".Length - at).Contains('.');
    }
}
