using System.Diagnostics.CodeAnalysis;

namespace LocalInference.Gguf;

/// <summary>
/// How a tensor's elements are stored. The numbers are those in the file (<c>enum ggml_type</c> in ggml.h of llama.cpp
/// v0.5.0); the gaps are types that llama.cpp has removed, and files that use one are refused.
/// </summary>
[SuppressMessage("Naming", "CA1707:Identifiers should not contain underscores", Justification = "The field's own names.")]
public enum GgufTensorType
{
    /// <summary>IEEE 754 single precision.</summary>
    F32 = 0,

    /// <summary>IEEE 754 half precision.</summary>
    F16 = 1,

    /// <summary>Quantized: 32 elements in 18 bytes, 4.5 bits each.</summary>
    Q4_0 = 2,

    /// <summary>Quantized: 32 elements in 20 bytes, 5 bits each.</summary>
    Q4_1 = 3,

    /// <summary>Quantized: 32 elements in 22 bytes, 5.5 bits each.</summary>
    Q5_0 = 6,

    /// <summary>Quantized: 32 elements in 24 bytes, 6 bits each.</summary>
    Q5_1 = 7,

    /// <summary>Quantized: 32 elements in 34 bytes, 8.5 bits each.</summary>
    Q8_0 = 8,

    /// <summary>Quantized: 32 elements in 36 bytes, 9 bits each.</summary>
    Q8_1 = 9,

    /// <summary>Quantized: 256 elements in 84 bytes, 2.625 bits each.</summary>
    Q2_K = 10,

    /// <summary>Quantized: 256 elements in 110 bytes, 3.4375 bits each.</summary>
    Q3_K = 11,

    /// <summary>Quantized: 256 elements in 144 bytes, 4.5 bits each.</summary>
    Q4_K = 12,

    /// <summary>Quantized: 256 elements in 176 bytes, 5.5 bits each.</summary>
    Q5_K = 13,

    /// <summary>Quantized: 256 elements in 210 bytes, 6.5625 bits each.</summary>
    Q6_K = 14,

    /// <summary>Quantized: 256 elements in 292 bytes, 9.125 bits each.</summary>
    Q8_K = 15,

    /// <summary>Quantized: 256 elements in 66 bytes, 2.0625 bits each.</summary>
    IQ2_XXS = 16,

    /// <summary>Quantized: 256 elements in 74 bytes, 2.3125 bits each.</summary>
    IQ2_XS = 17,

    /// <summary>Quantized: 256 elements in 98 bytes, 3.0625 bits each.</summary>
    IQ3_XXS = 18,

    /// <summary>Quantized: 256 elements in 50 bytes, 1.5625 bits each.</summary>
    IQ1_S = 19,

    /// <summary>Quantized: 32 elements in 18 bytes, 4.5 bits each.</summary>
    IQ4_NL = 20,

    /// <summary>Quantized: 256 elements in 110 bytes, 3.4375 bits each.</summary>
    IQ3_S = 21,

    /// <summary>Quantized: 256 elements in 82 bytes, 2.5625 bits each.</summary>
    IQ2_S = 22,

    /// <summary>Quantized: 256 elements in 136 bytes, 4.25 bits each.</summary>
    IQ4_XS = 23,

    /// <summary>Signed 8-bit integer.</summary>
    I8 = 24,

    /// <summary>Signed 16-bit integer.</summary>
    I16 = 25,

    /// <summary>Signed 32-bit integer.</summary>
    I32 = 26,

    /// <summary>Signed 64-bit integer.</summary>
    I64 = 27,

    /// <summary>IEEE 754 double precision.</summary>
    F64 = 28,

    /// <summary>Quantized: 256 elements in 56 bytes, 1.75 bits each.</summary>
    IQ1_M = 29,

    /// <summary>The upper half of a single.</summary>
    BF16 = 30,

    /// <summary>Quantized: 256 elements in 54 bytes, 1.6875 bits each.</summary>
    TQ1_0 = 34,

    /// <summary>Quantized: 256 elements in 66 bytes, 2.0625 bits each.</summary>
    TQ2_0 = 35,

    /// <summary>Quantized: 32 elements in 17 bytes, 4.25 bits each.</summary>
    MXFP4 = 39,

    /// <summary>Quantized: 64 elements in 36 bytes, 4.5 bits each.</summary>
    NVFP4 = 40,

    /// <summary>Quantized: 128 elements in 18 bytes, 1.125 bits each.</summary>
    Q1_0 = 41,

    /// <summary>Quantized: 64 elements in 18 bytes, 2.25 bits each.</summary>
    Q2_0 = 42,
}
