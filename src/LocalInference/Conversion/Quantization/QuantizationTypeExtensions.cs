using System.Diagnostics.CodeAnalysis;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>What is known of quantization types.</summary>
public static class QuantizationTypeExtensions
{
    extension(QuantizationType type)
    {
        /// <summary>
        /// Whether the recipe gives a type to matrices that llama.cpp refuses to make without an importance matrix
        /// (tensor_requires_imatrix in llama-quant.cpp).
        /// </summary>
        public bool NeedsImportanceMatrix => type is QuantizationType.IQ1_S or QuantizationType.IQ1_M or QuantizationType.IQ2_XXS or QuantizationType.IQ2_XS
            or QuantizationType.IQ2_S or QuantizationType.IQ2_M or QuantizationType.IQ3_XXS or QuantizationType.IQ3_XS or QuantizationType.Q2_K_S;

        /// <summary>Reads a name as people write it, in any case: <c>q4_K_M</c>; <c>Q4_K</c> is <c>Q4_K_M</c>, as in llama.cpp's tools.</summary>
        public static bool TryParseName(string text, [NotNullWhen(true)] out QuantizationType? parsed)
        {
            ArgumentNullException.ThrowIfNull(text);
            string name = text.ToUpperInvariant() switch
            {
                "Q3_K" => nameof(QuantizationType.Q3_K_M),
                "Q4_K" => nameof(QuantizationType.Q4_K_M),
                "Q5_K" => nameof(QuantizationType.Q5_K_M),
                "MXFP4_MOE" => nameof(QuantizationType.MXFP4),
                var other => other,
            };
            parsed = Enum.GetNames<QuantizationType>().Contains(name, StringComparer.Ordinal) ? Enum.Parse<QuantizationType>(name) : null;
            return parsed is not null;
        }

        /// <summary>The type that most matrices get (llama_ftype_get_default_type in llama-quant.cpp).</summary>
        internal GgufTensorType MainTensorType => type switch
        {
            QuantizationType.F32 => GgufTensorType.F32,
            QuantizationType.F16 => GgufTensorType.F16,
            QuantizationType.BF16 => GgufTensorType.BF16,
            QuantizationType.Q3_K_S or QuantizationType.Q3_K_M or QuantizationType.Q3_K_L => GgufTensorType.Q3_K,
            QuantizationType.Q4_K_S or QuantizationType.Q4_K_M => GgufTensorType.Q4_K,
            QuantizationType.Q5_K_S or QuantizationType.Q5_K_M => GgufTensorType.Q5_K,
            QuantizationType.Q2_K_S => GgufTensorType.Q2_K,
            QuantizationType.IQ3_XS or QuantizationType.IQ3_M => GgufTensorType.IQ3_S,
            QuantizationType.IQ2_S => GgufTensorType.IQ2_XS,
            QuantizationType.IQ2_M => GgufTensorType.IQ2_S,
            _ => Enum.Parse<GgufTensorType>(type.ToString()),
        };
    }
}
