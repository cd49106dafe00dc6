using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Reads log probabilities, which OpenAI and Ollama write alike.</summary>
internal static class TokenLogProbabilities
{
    public static TokenGenerated Read(JsonElement token) => new(One(token), [.. token.Items("top_logprobs").Select(One)]);

    private static TokenProbability One(JsonElement token)
    {
        string text = token.Text("token") ?? "";
        return new TokenProbability
        {
            Id = token.Integer("id"),
            Text = text,
            Bytes = token.Field("bytes") is { ValueKind: JsonValueKind.Array } bytes ? bytes.EnumerateArray().Select(static b => b.GetByte()).ToArray() : Encoding.UTF8.GetBytes(text),
            LogProbability = (float)Math.Min(0, token.Number("logprob") ?? throw new JsonException("A token has no log probability.")),
        };
    }
}
