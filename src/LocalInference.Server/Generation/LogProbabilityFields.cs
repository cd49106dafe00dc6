using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Server.Generation;

/// <summary>Log probabilities in the form that Ollama and OpenAI share, and how many of them any interface gives.</summary>
internal static class LogProbabilityFields
{
    /// <summary>How many probable tokens a request may want for each place.</summary>
    public const int MostAlternatives = 20;

    /// <summary>Writes <c>logprobs: […]</c>; nothing if there are no tokens.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<TokenGenerated> tokens)
    {
        if (tokens.Count > 0)
        {
            json.WritePropertyName("logprobs");
            WriteArray(json, tokens);
        }
    }

    /// <summary>Writes the array alone.</summary>
    public static void WriteArray(Utf8JsonWriter json, IReadOnlyList<TokenGenerated> tokens)
    {
        json.WriteStartArray();
        foreach (TokenGenerated token in tokens)
        {
            json.WriteStartObject();
            WriteFields(json, token.Token);
            json.WriteStartArray("top_logprobs");
            foreach (TokenProbability alternative in token.Alternatives)
            {
                json.WriteStartObject();
                WriteFields(json, alternative);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A token's log probability. JSON has no infinity: what cannot come has OpenAI's floor.</summary>
    public static float Finite(TokenProbability token) => float.IsFinite(token.LogProbability) ? token.LogProbability : -9999f;

    /// <summary>Writes the fields of a token: its text, its log probability and its bytes.</summary>
    public static void WriteFields(Utf8JsonWriter json, TokenProbability token)
    {
        json.WriteString("token", token.Text);
        json.WriteNumber("logprob", Finite(token));
        json.WriteStartArray("bytes");
        foreach (byte value in token.Bytes.Span)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
