using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.Ollama;

/// <summary>Writes the objects of an answer, for <c>/api/chat</c> with a message, for <c>/api/generate</c> with a response.</summary>
/// <param name="model">The model as the client named it.</param>
/// <param name="isChat">Which of the two.</param>
/// <param name="time">The clock.</param>
internal sealed class OllamaAnswer(string model, bool isChat, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private readonly List<TokenGenerated> _tokens = [];

    /// <summary>Writes an event into the stream; those that the protocol has nothing for wait or are passed over.</summary>
    public void Write(GenerationEvent e, EventStream stream)
    {
        switch (e)
        {
            case TokenGenerated token:
                // The text of a token may come later, so its probability waits for the next object.
                _tokens.Add(token);
                break;
            case TextDelta delta:
                Piece(stream, delta.Text, reasoning: null, call: null);
                break;
            case ReasoningDelta delta:
                Piece(stream, "", delta.Text, call: null);
                break;
            case ToolCallCompleted call:
                Piece(stream, "", reasoning: null, call);
                break;
            case GenerationEnded ended:
                Utf8JsonWriter json = stream.Begin();
                End(json, "", "", [], _tokens, ended);
                stream.End();
                break;
            default:
                break;
        }
    }

    /// <summary>Writes the last object of a stream that failed: an error, which clients look for first, and the end.</summary>
    public void Fail(EventStream stream, Fault fault)
    {
        Utf8JsonWriter json = stream.Begin();
        Start(json);
        json.WriteString("error", OllamaProtocol.MessageOf(fault));
        json.WriteBoolean("done", true);
        json.WriteString("done_reason", "error");
        json.WriteEndObject();
        stream.End();
    }

    /// <summary>Writes a whole answer as one object.</summary>
    public void WriteWhole(Utf8JsonWriter json, CollectedAnswer answer) =>
        End(json, answer.Text, answer.Reasoning, answer.Calls, answer.Tokens, answer.Ended);

    /// <summary>Writes the answer to a request that only loads or unloads a model.</summary>
    /// <param name="json">Where.</param>
    /// <param name="reason"><c>load</c> or <c>unload</c>.</param>
    public void WriteEmpty(Utf8JsonWriter json, string reason)
    {
        Start(json);
        Content(json, "", "", []);
        json.WriteBoolean("done", true);
        json.WriteString("done_reason", reason);
        json.WriteEndObject();
    }

    private void Piece(EventStream stream, string text, string? reasoning, ToolCallCompleted? call)
    {
        Utf8JsonWriter json = stream.Begin();
        Start(json);
        Content(json, text, reasoning, call is null ? [] : [call]);
        json.WriteBoolean("done", false);
        LogProbabilityFields.Write(json, _tokens);
        _tokens.Clear();
        json.WriteEndObject();
        stream.End();
    }

    private void Start(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteString("created_at", time.GetUtcNow().UtcDateTime);
    }

    private void Content(Utf8JsonWriter json, string text, string? reasoning, IReadOnlyList<ToolCallCompleted> calls)
    {
        if (isChat)
        {
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
        }

        json.WriteString(isChat ? "content" : "response", text);
        if (!string.IsNullOrEmpty(reasoning))
        {
            json.WriteString("thinking", reasoning);
        }

        if (calls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            foreach (ToolCallCompleted call in calls)
            {
                Call(json, call);
            }

            json.WriteEndArray();
        }

        if (isChat)
        {
            json.WriteEndObject();
        }
    }

    private static void Call(Utf8JsonWriter json, ToolCallCompleted call)
    {
        json.WriteStartObject();
        json.WriteString("id", call.CallId);
        json.WriteStartObject("function");
        json.WriteNumber("index", call.Index);
        json.WriteString("name", call.Name);
        json.WritePropertyName("arguments");

        // The model may have written them on several lines; an object of a stream is one.
        JsonElement.Parse(call.Arguments).WriteTo(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void End(Utf8JsonWriter json, string text, string reasoning, IReadOnlyList<ToolCallCompleted> calls, IReadOnlyList<TokenGenerated> tokens, GenerationEnded ended)
    {
        Start(json);
        Content(json, text, reasoning, calls);
        json.WriteBoolean("done", true);
        json.WriteString("done_reason", ended.FinishReason is FinishReason.MaxTokens or FinishReason.ContextFull ? "length" : "stop");
        LogProbabilityFields.Write(json, tokens);
        if (!ended.Tokens.IsEmpty)
        {
            json.WriteStartArray("context");
            foreach (int token in ended.Tokens.Span)
            {
                json.WriteNumberValue(token);
            }

            json.WriteEndArray();
        }

        Usage(json, ended.Usage);
        TruncationFields.Write(json, ended.Truncation);
        json.WriteEndObject();
    }

    // Ollama leaves out what is 0. The cached tokens are this server's own field.
    private void Usage(Utf8JsonWriter json, GenerationUsage usage)
    {
        TimeSpan total = usage.TotalDuration > TimeSpan.Zero ? usage.TotalDuration : time.GetElapsedTime(_began);
        Count(json, "total_duration", total.Ticks * TimeSpan.NanosecondsPerTick);
        Count(json, "load_duration", usage.LoadDuration.Ticks * TimeSpan.NanosecondsPerTick);
        Count(json, "prompt_eval_count", usage.PromptTokens);
        Count(json, "prompt_eval_cached_count", usage.CachedPromptTokens);
        Count(json, "prompt_eval_duration", usage.PromptDuration.Ticks * TimeSpan.NanosecondsPerTick);
        Count(json, "eval_count", usage.GeneratedTokens);
        Count(json, "eval_duration", usage.GenerationDuration.Ticks * TimeSpan.NanosecondsPerTick);
    }

    private static void Count(Utf8JsonWriter json, string name, long count)
    {
        if (count != 0)
        {
            json.WriteNumber(name, count);
        }
    }
}
