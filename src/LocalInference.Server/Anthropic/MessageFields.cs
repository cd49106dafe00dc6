using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Server.Anthropic;

/// <summary>What whole messages and events have in common.</summary>
internal static class MessageFields
{
    /// <summary>
    /// What ids of messages begin with. They also stand where thoughts have a signature: clients send thoughts back only if they are
    /// signed, and of a model of this machine nothing is kept secret, so that any signature will do.
    /// </summary>
    public const string IdPrefix = "msg_";

    public static void Text(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "text");
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    public static void Thinking(Utf8JsonWriter json, string text, string signature)
    {
        json.WriteStartObject();
        json.WriteString("type", "thinking");
        json.WriteString("thinking", text);
        json.WriteString("signature", signature);
        json.WriteEndObject();
    }

    public static void RedactedThinking(Utf8JsonWriter json, string data)
    {
        json.WriteStartObject();
        json.WriteString("type", "redacted_thinking");
        json.WriteString("data", data);
        json.WriteEndObject();
    }

    public static void ToolUse(Utf8JsonWriter json, string id, string name, string arguments)
    {
        json.WriteStartObject();
        json.WriteString("type", "tool_use");
        json.WriteString("id", id);
        json.WriteString("name", name);
        json.WritePropertyName("input");
        json.WriteRawValue(arguments);
        json.WriteEndObject();
    }

    /// <summary>Writes why an answer ended.</summary>
    /// <param name="json">Where.</param>
    /// <param name="ended">Its end.</param>
    /// <param name="stopSequences">Those of the client; the model's own are the end of its turn.</param>
    public static void Stop(Utf8JsonWriter json, GenerationEnded ended, IReadOnlyList<string> stopSequences)
    {
        string? stop = ended is { FinishReason: FinishReason.StopSequence, StopSequence: { } found } && stopSequences.Contains(found, StringComparer.Ordinal) ? found : null;
        json.WriteString("stop_reason", ended.FinishReason switch
        {
            FinishReason.StopSequence when stop is not null => "stop_sequence",
            FinishReason.MaxTokens => "max_tokens",
            FinishReason.ContextFull => "model_context_window_exceeded",
            FinishReason.ToolCalls => "tool_use",
            FinishReason.ContentFilter => "refusal",
            _ => "end_turn",
        });
        json.WriteString("stop_sequence", stop);
    }

    /// <summary>Writes what an answer took. Tokens that were found in the cache do not count as input; writing to it costs nothing.</summary>
    public static void Usage(Utf8JsonWriter json, GenerationUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.PromptTokens - usage.CachedPromptTokens);
        json.WriteNumber("cache_creation_input_tokens", 0);
        json.WriteNumber("cache_read_input_tokens", usage.CachedPromptTokens);
        json.WriteNumber("output_tokens", usage.GeneratedTokens);
        json.WriteEndObject();
    }
}
