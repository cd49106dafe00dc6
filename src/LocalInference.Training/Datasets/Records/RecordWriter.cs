using System.Text.Encodings.Web;
using System.Text.Json;
using LocalInference.Text;

namespace LocalInference.Training;

/// <summary>Writes records as JSON Lines: conversations as OpenAI has them, whatever they were read from.</summary>
internal static class RecordWriter
{
    // Text in any script stays legible. This encoder is unsafe only inside HTML.
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Stream stream, DatasetRecord record)
    {
        using (Utf8JsonWriter writer = new(stream, s_json))
        {
            writer.WriteStartObject();
            switch (record)
            {
                case TextRecord text:
                    writer.WriteString("text", text.Text);
                    break;
                case CompletionRecord completion:
                    writer.WriteString("prompt", completion.Prompt);
                    writer.WriteString("completion", completion.Completion);
                    break;
                case ConversationRecord conversation:
                    Write(writer, conversation);
                    break;
            }

            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    private static void Write(Utf8JsonWriter writer, ConversationRecord conversation)
    {
        writer.WriteStartArray("messages");
        foreach ((int index, ChatMessage message) in conversation.Messages.Index())
        {
            Write(writer, message, message.Role == "assistant" && !conversation.IsLearned(index));
        }

        writer.WriteEndArray();
        if (conversation.Tools.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("tools");
        foreach (ChatTool tool in conversation.Tools)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "function");
            writer.WriteStartObject("function");
            writer.WriteString("name", tool.Name);
            WriteText(writer, "description", tool.Description);
            if (tool.Parameters is { } parameters)
            {
                writer.WritePropertyName("parameters");
                parameters.WriteTo(writer);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, ChatMessage message, bool isUnlearned)
    {
        writer.WriteStartObject();
        writer.WriteString("role", message.Role);
        if (message.Parts is { } parts)
        {
            writer.WriteStartArray("content");
            foreach (ChatContentPart part in parts)
            {
                writer.WriteStartObject();
                writer.WriteString("type", part.Type);
                WriteText(writer, "text", part.Text);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WriteString("content", message.Content);
        }

        WriteText(writer, "reasoning_content", message.ReasoningContent);
        WriteCalls(writer, message.ToolCalls);
        WriteText(writer, "name", message.Name);
        WriteText(writer, "tool_call_id", message.ToolCallId);
        if (isUnlearned)
        {
            writer.WriteNumber("weight", 0);
        }

        writer.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter writer, IReadOnlyList<ChatToolCall> calls)
    {
        if (calls.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("tool_calls");
        foreach (ChatToolCall call in calls)
        {
            writer.WriteStartObject();
            WriteText(writer, "id", call.Id);
            writer.WriteString("type", "function");
            writer.WriteStartObject("function");
            writer.WriteString("name", call.Name);
            writer.WriteString("arguments", call.Arguments);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }
}
