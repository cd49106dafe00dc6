using System.Diagnostics.CodeAnalysis;

namespace LocalInference;

/// <summary>
/// What <c>llama_model_quantize</c> makes: a type for the large matrices, and a recipe for those that suffer more. Vectors and small
/// matrices stay as they are. The numbers are those of <c>general.file_type</c> (<c>enum llama_ftype</c> in llama.h of llama.cpp
/// v0.5.0); the gaps are recipes that llama.cpp has removed, or does not make.
/// </summary>
[SuppressMessage("Naming", "CA1707:Identifiers should not contain underscores", Justification = "The field's own names.")]
public enum QuantizationType
{
    /// <summary>Single precision.</summary>
    F32 = 0,

    /// <summary>Half precision.</summary>
    F16 = 1,

    /// <summary>Blocks of 32 with a scale, 4.5 bits a weight.</summary>
    Q4_0 = 2,

    /// <summary>Blocks of 32 with a scale and a minimum, 5 bits a weight.</summary>
    Q4_1 = 3,

    /// <summary>Blocks of 32 with a scale, 8.5 bits a weight: next to no loss.</summary>
    Q8_0 = 7,

    /// <summary>Blocks of 32 with a scale, 5.5 bits a weight.</summary>
    Q5_0 = 8,

    /// <summary>Blocks of 32 with a scale and a minimum, 6 bits a weight.</summary>
    Q5_1 = 9,

    /// <summary>2 bits, more for some matrices.</summary>
    Q2_K = 10,

    /// <summary>3 bits for all matrices.</summary>
    Q3_K_S = 11,

    /// <summary>3 bits, more for some matrices.</summary>
    Q3_K_M = 12,

    /// <summary>3 bits, more for many matrices.</summary>
    Q3_K_L = 13,

    /// <summary>4 bits, more for the first layers.</summary>
    Q4_K_S = 14,

    /// <summary>4 bits, more for some matrices: what most people use.</summary>
    Q4_K_M = 15,

    /// <summary>5 bits for all matrices.</summary>
    Q5_K_S = 16,

    /// <summary>5 bits, more for some matrices.</summary>
    Q5_K_M = 17,

    /// <summary>6 bits for all matrices.</summary>
    Q6_K = 18,

    /// <summary>About 2.1 bits, from a codebook. Needs an importance matrix.</summary>
    IQ2_XXS = 19,

    /// <summary>About 2.3 bits, from a codebook. Needs an importance matrix.</summary>
    IQ2_XS = 20,

    /// <summary>2 bits for all matrices. Needs an importance matrix.</summary>
    Q2_K_S = 21,

    /// <summary>About 3.3 bits, from a codebook.</summary>
    IQ3_XS = 22,

    /// <summary>About 3.1 bits, from a codebook. Needs an importance matrix.</summary>
    IQ3_XXS = 23,

    /// <summary>About 1.6 bits, from a codebook. Needs an importance matrix.</summary>
    IQ1_S = 24,

    /// <summary>4.5 bits with unevenly spaced levels.</summary>
    IQ4_NL = 25,

    /// <summary>About 3.4 bits, from a codebook.</summary>
    IQ3_S = 26,

    /// <summary>About 3.7 bits, from a codebook.</summary>
    IQ3_M = 27,

    /// <summary>About 2.5 bits, from a codebook. Needs an importance matrix.</summary>
    IQ2_S = 28,

    /// <summary>About 2.7 bits, from a codebook. Needs an importance matrix.</summary>
    IQ2_M = 29,

    /// <summary>About 4.3 bits with unevenly spaced levels.</summary>
    IQ4_XS = 30,

    /// <summary>About 1.8 bits, from a codebook. Needs an importance matrix.</summary>
    IQ1_M = 31,

    /// <summary>The upper halves of singles.</summary>
    BF16 = 32,

    /// <summary>About 1.7 bits, for models trained on the values -1, 0 and 1.</summary>
    TQ1_0 = 36,

    /// <summary>About 2.1 bits, for models trained on the values -1, 0 and 1.</summary>
    TQ2_0 = 37,

    /// <summary>4.25 bits in the OCP microscaling format for experts, Q8_0 for the rest.</summary>
    MXFP4 = 38,

    /// <summary>About 1.1 bits, for models trained on the values -1 and 1.</summary>
    Q1_0 = 40,

    /// <summary>About 2.3 bits, for models trained on few values.</summary>
    Q2_0 = 41,
}
