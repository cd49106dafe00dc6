using System.Text;

namespace LocalInference.Gguf;

/// <summary>What a header may say, so that nothing is written that the reader or llama.cpp would refuse.</summary>
internal static class HeaderRules
{
    private const string NextStep = "Change what is to be written.";

    /// <summary>The largest alignment this library writes; padding beyond a page has no use.</summary>
    private const uint LargestAlignment = 1024 * 1024;

    /// <returns>The alignment of tensor data.</returns>
    /// <exception cref="GgufException">A rule is broken.</exception>
    public static uint Check(GgufMetadata metadata, IReadOnlyList<GgufTensorDefinition> tensors, string? path)
    {
        CheckLimit("metadata pairs", metadata.Count, GgufLimits.Pairs, path);
        CheckLimit("tensors", tensors.Count, GgufLimits.Tensors, path);
        CheckLimit("bytes of metadata keys", metadata.Sum(static pair => (long)Encoding.UTF8.GetByteCount(pair.Key)), GgufLimits.AllKeyBytes, path);
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (GgufTensorDefinition tensor in tensors)
        {
            if (!names.Add(tensor.Name))
            {
                throw new GgufException(GgufError.Of($"The tensor name {GgufError.Quote(tensor.Name)} occurs twice", tensor.Name, nextStep: NextStep), path);
            }
        }

        return Alignment(metadata, path);
    }

    private static uint Alignment(GgufMetadata metadata, string? path)
    {
        if (!metadata.TryGetValue(GgufWriter.AlignmentKey, out GgufValue value))
        {
            return GgufLimits.DefaultAlignment;
        }

        return value.Type == GgufValueType.UInt32 && value.TryGetUInt64(out ulong alignment) && ulong.IsPow2(alignment) && alignment <= LargestAlignment
            ? (uint)alignment
            : throw new GgufException(GgufError.Of($"{GgufWriter.AlignmentKey} is the {value.Type} {value}", value, $"a UInt32 that is a power of two up to {LargestAlignment}", NextStep), path);
    }

    private static void CheckLimit(string what, long count, long limit, string? path)
    {
        if (count > limit)
        {
            throw new GgufException(GgufError.Of($"There are {count} {what}", count, limit, NextStep), path);
        }
    }
}
