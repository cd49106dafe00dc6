using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Server.Generation;

/// <summary>Tells what is missing of a prompt. The protocols have no field for it: their own servers cut in silence, or tell nobody how much.</summary>
internal static class TruncationFields
{
    /// <summary>Writes it into the answer's object.</summary>
    /// <param name="json">Where.</param>
    /// <param name="truncation">What is missing; <see langword="null"/>: nothing.</param>
    public static void Write(Utf8JsonWriter json, PromptTruncation? truncation)
    {
        if (truncation is not null)
        {
            json.WriteStartObject("truncated");
            json.WriteNumber("dropped_messages", truncation.DroppedMessages);
            json.WriteNumber("dropped_tokens", truncation.DroppedTokens);
            json.WriteNumber("shifted_tokens", truncation.ShiftedTokens);
            json.WriteEndObject();
        }
    }
}
