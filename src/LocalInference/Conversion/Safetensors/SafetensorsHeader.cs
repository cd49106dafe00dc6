using System.Text.Json;

namespace LocalInference;

/// <summary>
/// Reads the header of a safetensors file: an object of names, each with <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>. As
/// Hugging Face's own reader it accepts no hole, no overlap and no data behind the last tensor, so that a file has one meaning.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The most bytes of a header; Hugging Face's reader has this limit.</summary>
    public const long MostBytes = 100_000_000;

    private const int MostDimensions = 8;
    private const string Metadata = "__metadata__";

    /// <param name="json">The header.</param>
    /// <param name="start">Where data starts, in bytes from the beginning of the file.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <exception cref="FormatException">It is malformed.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">A text in it is no Unicode.</exception>
    public static Dictionary<string, SafetensorsTensor> Parse(byte[] json, long start, long length)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("its header is no object");
        }

        var tensors = new Dictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        foreach (JsonProperty property in document.RootElement.EnumerateObject().Where(static property => property.Name != Metadata))
        {
            if (!tensors.TryAdd(property.Name, Tensor(property, start)))
            {
                throw new FormatException($"the tensor '{property.Name}' is there twice");
            }
        }

        long end = start;
        foreach (SafetensorsTensor tensor in tensors.Values.OrderBy(static tensor => tensor.Offset).ThenBy(static tensor => tensor.ByteLength))
        {
            end = tensor.Offset == end ? end + tensor.ByteLength : throw new FormatException($"the data of '{tensor.Name}' starts at byte {tensor.Offset} instead of {end}");
        }

        return end == length ? tensors : throw new FormatException($"it has {length} bytes instead of {end}");
    }

    private static SafetensorsTensor Tensor(JsonProperty property, long start)
    {
        if (property.Value.ValueKind != JsonValueKind.Object
            || !property.Value.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String
            || Numbers(property.Value, "shape") is not { Length: <= MostDimensions } shape
            || Numbers(property.Value, "data_offsets") is not [var begin, var end] || end < begin || end > long.MaxValue - start)
        {
            throw new FormatException($"the entry of '{property.Name}' has no dtype, shape or data_offsets");
        }

        string typeName = type.GetString()!;
        SafetensorsType? known = Enum.GetNames<SafetensorsType>().Contains(typeName, StringComparer.Ordinal) ? Enum.Parse<SafetensorsType>(typeName) : null;
        if (known is { } numbers && !IsProduct(shape, numbers == SafetensorsType.F32 ? 4 : 2, end - begin))
        {
            throw new FormatException($"'{property.Name}' has {end - begin} bytes, which is not what its shape takes");
        }

        return new SafetensorsTensor(property.Name, known, typeName, known is null ? [] : shape, start + begin, end - begin);
    }

    private static bool IsProduct(long[] shape, long size, long bytes) =>
        (UInt128)bytes == shape.Aggregate((UInt128)size, static (product, dimension) => dimension == 0 ? 0 : UInt128.Min(product * (UInt128)dimension, UInt128.MaxValue >> 64));

    private static long[]? Numbers(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out JsonElement array) && array.ValueKind == JsonValueKind.Array
            && array.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long value) && value >= 0)
            ? [.. array.EnumerateArray().Select(static item => item.GetInt64())]
            : null;
}
