using System.Globalization;
using System.Text.Json;
using LocalInference.Server.Http;

namespace LocalInference.Server.Generation;

/// <summary>What is added to the logits of tokens: OpenAI's object <c>{"id": bias}</c>, or llama-server's array <c>[[id, bias], …]</c>, where <c>false</c> forbids a token.</summary>
internal static class LogitBias
{
    // OpenAI: -100 bans a token.
    private const float Ban = -100;

    public static IReadOnlyDictionary<int, float> Read(JsonElement value, string path)
    {
        var biases = new Dictionary<int, float>();
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty entry in value.EnumerateObject())
                {
                    int token = int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : throw Wrong(path);
                    biases[token] = Bias(entry.Value, $"{path}.{token}");
                }

                return biases;
            case JsonValueKind.Array:
                foreach (JsonElement entry in value.EnumerateArray())
                {
                    if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2)
                    {
                        throw Wrong(path);
                    }

                    biases[JsonFields.AsInteger(entry[0], path)] = Bias(entry[1], path);
                }

                return biases;
            default:
                throw Wrong(path);
        }
    }

    private static float Bias(JsonElement value, string path)
    {
        float bias = value.ValueKind == JsonValueKind.False ? Ban : JsonFields.AsNumber(value, path);
        return bias <= Ban ? float.NegativeInfinity : bias;
    }

    private static RequestException Wrong(string path) => JsonFields.Wrong(path, "an object of token ids and numbers, or an array of such pairs");
}
