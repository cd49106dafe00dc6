using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>A conversation as a <see cref="SessionFile"/> holds it: <c>{"messages":[…],"adapters":[{"name":…,"scale":…}]}</c>.</summary>
/// <param name="Messages">What was said.</param>
/// <param name="Adapters">What the last answer was computed with; <see langword="null"/>: what the model was loaded with.</param>
internal sealed record SavedConversation(List<ChatMessage> Messages, IReadOnlyList<AdapterSelection>? Adapters)
{
    public static byte[] Write(IEnumerable<ChatMessage> messages, IReadOnlyList<AdapterSelection>? adapters, JsonSerializerOptions options)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("messages");
            foreach (ChatMessage message in messages)
            {
                JsonSerializer.Serialize(json, message, options.GetTypeInfo(typeof(ChatMessage)));
            }

            json.WriteEndArray();
            if (adapters is not null)
            {
                json.WriteStartArray("adapters");
                foreach (AdapterSelection adapter in adapters)
                {
                    json.WriteStartObject();
                    json.WriteString("name", adapter.Name);
                    json.WriteNumber("scale", adapter.Scale);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <exception cref="SessionException">There is no conversation in it: tokens were saved without one.</exception>
    public static SavedConversation Read(byte[] conversation, JsonSerializerOptions options)
    {
        if (conversation.Length == 0)
        {
            throw ExceptionFactory.Session("session_invalid", "Tokens were saved without a conversation", "Load them as a prefix, or save a session.");
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(conversation);
            return new SavedConversation(
                [.. json.RootElement.GetProperty("messages").EnumerateArray().Select(message => (ChatMessage)message.Deserialize(options.GetTypeInfo(typeof(ChatMessage)))!)],
                json.RootElement.TryGetProperty("adapters", out JsonElement adapters)
                    ? [.. adapters.EnumerateArray().Select(static adapter => new AdapterSelection(adapter.GetProperty("name").GetString()!, adapter.GetProperty("scale").GetSingle()))]
                    : null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Its digest holds, so another version wrote it, or other serializer options.
            throw ExceptionFactory.Session("session_invalid", "The conversation of the session cannot be read by this version, or not with these serializer options", "Load it as it was saved.");
        }
    }
}
