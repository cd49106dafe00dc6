namespace LocalInference.Gguf;

/// <summary>
/// Name, elements per block and bytes per block of a tensor type, as ggml_type_name, ggml_blck_size and ggml_type_size
/// of llama.cpp v0.5.0 report them (a test holds the table that a C program printed from that library).
/// </summary>
internal readonly record struct TensorTypeTraits(string Name, int BlockSize, int TypeSize)
{
    /// <summary>The traits of a type; a block size of 0 for a number that is no type.</summary>
    public static TensorTypeTraits Of(GgufTensorType type) => type switch
    {
        GgufTensorType.F32 => new("f32", 1, 4),
        GgufTensorType.F16 => new("f16", 1, 2),
        GgufTensorType.Q4_0 => new("q4_0", 32, 18),
        GgufTensorType.Q4_1 => new("q4_1", 32, 20),
        GgufTensorType.Q5_0 => new("q5_0", 32, 22),
        GgufTensorType.Q5_1 => new("q5_1", 32, 24),
        GgufTensorType.Q8_0 => new("q8_0", 32, 34),
        GgufTensorType.Q8_1 => new("q8_1", 32, 36),
        GgufTensorType.Q2_K => new("q2_K", 256, 84),
        GgufTensorType.Q3_K => new("q3_K", 256, 110),
        GgufTensorType.Q4_K => new("q4_K", 256, 144),
        GgufTensorType.Q5_K => new("q5_K", 256, 176),
        GgufTensorType.Q6_K => new("q6_K", 256, 210),
        GgufTensorType.Q8_K => new("q8_K", 256, 292),
        GgufTensorType.IQ2_XXS => new("iq2_xxs", 256, 66),
        GgufTensorType.IQ2_XS => new("iq2_xs", 256, 74),
        GgufTensorType.IQ3_XXS => new("iq3_xxs", 256, 98),
        GgufTensorType.IQ1_S => new("iq1_s", 256, 50),
        GgufTensorType.IQ4_NL => new("iq4_nl", 32, 18),
        GgufTensorType.IQ3_S => new("iq3_s", 256, 110),
        GgufTensorType.IQ2_S => new("iq2_s", 256, 82),
        GgufTensorType.IQ4_XS => new("iq4_xs", 256, 136),
        GgufTensorType.I8 => new("i8", 1, 1),
        GgufTensorType.I16 => new("i16", 1, 2),
        GgufTensorType.I32 => new("i32", 1, 4),
        GgufTensorType.I64 => new("i64", 1, 8),
        GgufTensorType.F64 => new("f64", 1, 8),
        GgufTensorType.IQ1_M => new("iq1_m", 256, 56),
        GgufTensorType.BF16 => new("bf16", 1, 2),
        GgufTensorType.TQ1_0 => new("tq1_0", 256, 54),
        GgufTensorType.TQ2_0 => new("tq2_0", 256, 66),
        GgufTensorType.MXFP4 => new("mxfp4", 32, 17),
        GgufTensorType.NVFP4 => new("nvfp4", 64, 36),
        GgufTensorType.Q1_0 => new("q1_0", 128, 18),
        GgufTensorType.Q2_0 => new("q2_0", 64, 18),
        _ => default,
    };
}
