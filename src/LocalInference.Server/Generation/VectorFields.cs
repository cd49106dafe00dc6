using System.Text.Json;

namespace LocalInference.Server.Generation;

/// <summary>Vectors in the form that all interfaces share.</summary>
internal static class VectorFields
{
    /// <summary>Writes the array of a vector's numbers.</summary>
    public static void WriteArray(Utf8JsonWriter json, ReadOnlySpan<float> vector)
    {
        json.WriteStartArray();
        foreach (float value in vector)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
