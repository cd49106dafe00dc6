using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Anthropic;

/// <summary>
/// Writes messages, whole or as events:
/// <code>
/// message_start  ping*  ( content_block_start  content_block_delta*  content_block_stop )*  message_delta  message_stop
/// </code>
/// </summary>
/// <param name="request">What is answered.</param>
internal sealed class MessageAnswer(AnthropicRequest request)
{
    private static readonly AnthropicProtocol s_protocol = new();

    private readonly string _id = $"{MessageFields.IdPrefix}{Guid.NewGuid():N}";
    private ContentBlock _open;
    private int _index = -1;
    private string? _signature;

    /// <summary>Writes the beginning.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="promptTokens">Tokens of the prompt; 0: not known yet.</param>
    public void Begin(EventStream stream, int promptTokens)
    {
        Utf8JsonWriter json = Start(stream, "message_start");
        json.WriteStartObject("message");
        Head(json);
        json.WriteStartArray("content");
        json.WriteEndArray();
        json.WriteNull("stop_reason");
        json.WriteNull("stop_sequence");
        MessageFields.Usage(json, new GenerationUsage { PromptTokens = promptTokens, CachedPromptTokens = 0, GeneratedTokens = 0, PromptDuration = default, GenerationDuration = default });
        json.WriteEndObject();
        End(stream, json);
    }

    /// <summary>Writes the event that says only that the answer is still made.</summary>
    public static void Ping(EventStream stream) => End(stream, Start(stream, "ping"));

    /// <summary>Writes an event of the answer.</summary>
    public void Write(EventStream stream, GenerationEvent e)
    {
        switch (e)
        {
            case TextDelta delta:
                Open(stream, ContentBlock.Text, static json => MessageFields.Text(json, ""));
                Delta(stream, "text_delta", "text", delta.Text);
                break;
            case ReasoningDelta delta:
                OpenThinking(stream);
                Delta(stream, "thinking_delta", "thinking", delta.Text);
                break;
            case ReasoningSigned { IsRedacted: false } signed:
                OpenThinking(stream);
                _signature = signed.Signature;
                Close(stream);
                break;
            case ReasoningSigned redacted:
                Open(stream, ContentBlock.RedactedThinking, json => MessageFields.RedactedThinking(json, redacted.Signature));
                Close(stream);
                break;
            case ToolCallStarted call:
                Close(stream);
                Open(stream, ContentBlock.ToolUse, json => MessageFields.ToolUse(json, call.CallId, call.Name, "{}"));
                break;
            case ToolArgumentsDelta delta:
                Delta(stream, "input_json_delta", "partial_json", delta.Text);
                break;
            case ToolCallCompleted:
                Close(stream);
                break;
            case GenerationEnded ended:
                Close(stream);
                Utf8JsonWriter json = Start(stream, "message_delta");
                json.WriteStartObject("delta");
                MessageFields.Stop(json, ended, request.StopSequences);
                json.WriteEndObject();
                MessageFields.Usage(json, ended.Usage);
                End(stream, json);
                End(stream, Start(stream, "message_stop"));
                break;
            default:
                break;
        }
    }

    /// <summary>Writes an error, and the end: whoever waits for that waits no longer.</summary>
    public static void Fail(EventStream stream, Fault fault)
    {
        s_protocol.WriteError(stream.Begin("error"), fault);
        stream.End();
        End(stream, Start(stream, "message_stop"));
    }

    /// <summary>Writes a whole message.</summary>
    public void WriteWhole(Utf8JsonWriter json, CollectedAnswer answer)
    {
        json.WriteStartObject();
        Head(json);
        json.WriteStartArray("content");
        foreach (AIContent content in answer.Contents)
        {
            Whole(json, content);
        }

        json.WriteEndArray();
        MessageFields.Stop(json, answer.Ended, request.StopSequences);
        MessageFields.Usage(json, answer.Ended.Usage);
        json.WriteEndObject();
    }

    private void Whole(Utf8JsonWriter json, AIContent content)
    {
        switch (content)
        {
            case TextReasoningContent thought when Thought.IsEncrypted(thought):
                MessageFields.RedactedThinking(json, thought.ProtectedData!);
                break;
            case TextReasoningContent thought:
                MessageFields.Thinking(json, thought.Text, thought.ProtectedData ?? _id);
                break;
            case TextContent text:
                MessageFields.Text(json, text.Text);
                break;
            case FunctionCallContent { RawRepresentation: ToolCallCompleted call }:
                MessageFields.ToolUse(json, call.CallId, call.Name, call.Arguments);
                break;
        }
    }

    private void Head(Utf8JsonWriter json)
    {
        json.WriteString("id", _id);
        json.WriteString("type", "message");
        json.WriteString("role", "assistant");
        json.WriteString("model", request.Model);
    }

    private void OpenThinking(EventStream stream) => Open(stream, ContentBlock.Thinking, static json => MessageFields.Thinking(json, "", ""));

    // The block may be open already.
    private void Open(EventStream stream, ContentBlock kind, Action<Utf8JsonWriter> write)
    {
        if (_open == kind)
        {
            return;
        }

        Close(stream);
        _open = kind;
        _index++;
        Utf8JsonWriter json = Start(stream, "content_block_start");
        json.WriteNumber("index", _index);
        json.WritePropertyName("content_block");
        write(json);
        End(stream, json);
    }

    private void Delta(EventStream stream, string type, string field, string text)
    {
        Utf8JsonWriter json = Start(stream, "content_block_delta");
        json.WriteNumber("index", _index);
        json.WriteStartObject("delta");
        json.WriteString("type", type);
        json.WriteString(field, text);
        json.WriteEndObject();
        End(stream, json);
    }

    private void Close(EventStream stream)
    {
        if (_open == ContentBlock.None)
        {
            return;
        }

        if (_open == ContentBlock.Thinking)
        {
            Delta(stream, "signature_delta", "signature", _signature ?? _id);
            _signature = null;
        }

        _open = ContentBlock.None;
        Utf8JsonWriter json = Start(stream, "content_block_stop");
        json.WriteNumber("index", _index);
        End(stream, json);
    }

    private static Utf8JsonWriter Start(EventStream stream, string type)
    {
        Utf8JsonWriter json = stream.Begin(type);
        json.WriteStartObject();
        json.WriteString("type", type);
        return json;
    }

    private static void End(EventStream stream, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        stream.End();
    }
}
