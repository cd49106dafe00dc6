using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// Refuses what llama_model_quantize would end the process over: it catches exceptions of its own, but ggml's quantizers assert.
/// Each rule names the place in llama.cpp v0.5.0 that it is there for.
/// </summary>
/// <param name="file">The model, whose headers <see cref="ModelFileCheck"/> has let through.</param>
/// <param name="options">What is asked, validated.</param>
/// <param name="matrix">The importance matrix, if there is one.</param>
internal sealed class QuantizationCheck(GgufFile file, QuantizationOptions options, ImportanceMatrix? matrix)
{
    /// <summary>
    /// The largest weight that codebook searches are given. They sum cubes of weights times importances in single precision and
    /// assert that the scale is a number (quantize_row_iq2_xxs_impl and its kin in ggml-quants.c); real weights are below 10^3.
    /// </summary>
    public const float LargestWeight = 1e6f;

    private const int PieceBytes = 1 << 20;
    private const string Output = "output.weight";
    private const string Embedding = "token_embd.weight";
    private const string LayerEmbedding = "per_layer_token_embd.weight";

    /// <exception cref="ConversionException">It cannot be done.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        matrix?.CheckFits(file.Tensors);
        if (matrix is null && options.Type.NeedsImportanceMatrix)
        {
            throw ExceptionFactory.ImportanceMatrixMissing(options.Type.ToString(), file.Tensors.FirstOrDefault(static tensor => tensor.Dimensions.Length > 1)?.Name ?? "every matrix");
        }

        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            CheckShape(tensor);
            CheckChosenType(tensor);
        }

        // All other quantizers take any finite number; the loader refuses what is not finite (check_tensors).
        if (IsCodebook(options.Type.MainTensorType))
        {
            CheckWeights(cancellationToken);
        }
    }

    /// <summary>Whether a type is made by a search that asserts on what it finds.</summary>
    public static bool IsCodebook(GgufTensorType type) => type is GgufTensorType.IQ1_S or GgufTensorType.IQ1_M or GgufTensorType.IQ2_XXS or GgufTensorType.IQ2_XS
        or GgufTensorType.IQ2_S or GgufTensorType.IQ3_XXS or GgufTensorType.IQ3_S;

    /// <summary>Whether a type is never made without importances (ggml_quantize_requires_imatrix in ggml.c).</summary>
    public static bool NeedsImportances(GgufTensorType type) => type is GgufTensorType.IQ1_S or GgufTensorType.IQ2_XXS or GgufTensorType.IQ2_XS;

    // Rows of experts are counted, those of a fourth dimension are not, and the sizes are asserted equal; rows of no columns are
    // divided by (llama_model_quantize_impl in llama-quant.cpp).
    private void CheckShape(GgufTensorInfo tensor)
    {
        if (tensor.ElementCount == 0 || (tensor.Dimensions.Length == 4 && tensor.Dimensions[3] > 1 && IsMatrix(tensor)))
        {
            throw Refuse($"'{tensor.Name}' has the shape {string.Join('×', tensor.Dimensions)}", "Quantize a language model: its matrices have two dimensions, or three with experts.", string.Join('×', tensor.Dimensions));
        }
    }

    // A type that is asked for by name is taken as it is: neither blocks nor importances are looked at (llama_tensor_get_type).
    private void CheckChosenType(GgufTensorInfo tensor)
    {
        GgufTensorType? chosen = tensor.Name switch
        {
            Output => options.OutputTensorType,
            Embedding => options.TokenEmbeddingType ?? (file.FindTensor(Output) is null ? options.OutputTensorType : null),
            LayerEmbedding => options.TokenEmbeddingType,
            _ => null,
        };
        if (chosen is not { } type)
        {
            return;
        }

        if (tensor.Dimensions[0] % type.BlockSize != 0)
        {
            throw Refuse($"'{tensor.Name}' has rows of {tensor.Dimensions[0]} weights, and {type.Name} stores blocks of {type.BlockSize}", "Choose another type for this matrix, or none.", tensor.Dimensions[0].ToString(), type.BlockSize.ToString());
        }

        if (IsCodebook(type))
        {
            throw Refuse($"'{tensor.Name}' cannot be stored as {type.Name}", "Choose a type of more bits for this matrix, or none: it is the one that suffers most.", type.Name);
        }
    }

    private void CheckWeights(CancellationToken cancellationToken)
    {
        byte[] piece = new byte[PieceBytes];
        foreach (GgufTensorInfo tensor in file.Tensors.Where(static tensor => IsMatrix(tensor) && tensor.Type is GgufTensorType.F32 or GgufTensorType.BF16))
        {
            for (long at = 0; at < tensor.ByteLength; at += PieceBytes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(PieceBytes, tensor.ByteLength - at));
                file.ReadTensorData(tensor, at, bytes);
                CheckWeights(tensor, bytes);
            }
        }
    }

    private void CheckWeights(GgufTensorInfo tensor, Span<byte> bytes)
    {
        // A number that is too large, infinite or none: its exponent says so, in the upper half of a single, which a BF16 is.
        int step = tensor.Type == GgufTensorType.F32 ? 2 : 1;
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (int i = step - 1; i < halves.Length; i += step)
        {
            float weight = BitConverter.Int32BitsToSingle(halves[i] << 16);
            if (!(MathF.Abs(weight) <= LargestWeight))
            {
                throw Refuse($"a weight of '{tensor.Name}' is about {weight:G3}", "Get another copy of the model, or choose a type whose name does not begin with IQ.", $"{weight:G3}", $"{LargestWeight}");
            }
        }
    }

    private static bool IsMatrix(GgufTensorInfo tensor) => tensor.Dimensions.Length > 1 && tensor.Name.EndsWith("weight", StringComparison.Ordinal);

    private ConversionException Refuse(string reason, string nextStep, string? value = null, string? limit = null) =>
        ExceptionFactory.ConversionInput(file.Path, reason, nextStep, value, limit);
}
