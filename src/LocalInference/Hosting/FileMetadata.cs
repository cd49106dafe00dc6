using System.Buffers;
using System.Text.Json;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>A GGUF file's metadata as JSON. Long arrays, such as a vocabulary, are left out: they take more room than all else.</summary>
internal static class FileMetadata
{
    private const int LongestArray = 16;

    public static IReadOnlyDictionary<string, JsonElement> ToJson(GgufMetadata metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            foreach ((string key, GgufValue value) in metadata)
            {
                Write(json, key, value);
            }

            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan).EnumerateObject().ToDictionary(static pair => pair.Name, static pair => pair.Value, StringComparer.Ordinal);
    }

    private static void Write(Utf8JsonWriter json, string key, GgufValue value)
    {
        if (value.Type != GgufValueType.Array)
        {
            json.WritePropertyName(key);
            Scalar(json, value);
        }
        else if (value.AsArray() is { Count: <= LongestArray, ElementType: not GgufValueType.Array } array)
        {
            json.WriteStartArray(key);
            for (int i = 0; i < array.Count; i++)
            {
                Scalar(json, array[i]);
            }

            json.WriteEndArray();
        }
    }

    private static void Scalar(Utf8JsonWriter json, GgufValue value)
    {
        if (value.TryGetInt64(out long integer))
        {
            json.WriteNumberValue(integer);
        }
        else if (value.TryGetUInt64(out ulong unsigned))
        {
            json.WriteNumberValue(unsigned);
        }
        else if (value.TryGetBoolean(out bool boolean))
        {
            json.WriteBooleanValue(boolean);
        }
        else if (value.TryGetDouble(out double number) && double.IsFinite(number))
        {
            // A float's own digits are those that make it, not those of the double it becomes.
            json.WriteRawValue(value.ToString());
        }
        else
        {
            // JSON has no infinity and no NaN.
            json.WriteStringValue(value.ToString());
        }
    }
}
