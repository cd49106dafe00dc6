using System.Buffers;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI.Responses;

/// <summary>
/// Puts a response together from the events of an answer, and tells of it in a stream if there is one:
/// <code>
/// response.created  response.in_progress
///   ( response.output_item.added  [response.content_part.added]  response.….delta*  response.….done
///     [response.content_part.done]  response.output_item.done )*
/// response.completed | response.incomplete | response.failed
/// </code>
/// Events are numbered from 0.
/// </summary>
/// <param name="request">What is answered.</param>
/// <param name="created">When.</param>
/// <param name="stream">Where it is told; <see langword="null"/>: nowhere.</param>
internal sealed class ResponseBuilder(ResponseRequest request, DateTimeOffset created, EventStream? stream)
{
    private readonly List<OutputItem> _items = [];
    private readonly List<TokenGenerated> _tokens = [];
    private OutputItem? _open;
    private GenerationEnded? _ended;
    private Fault? _fault;
    private string _status = "in_progress";
    private int _sequence;

    public string Id { get; } = $"resp_{Guid.NewGuid():N}";

    /// <summary>Tells that there will be a response.</summary>
    public void Begin()
    {
        Tell("response.created", Response);
        Tell("response.in_progress", Response);
    }

    public void Add(GenerationEvent e)
    {
        switch (e)
        {
            case TokenGenerated token:
                // The text of a token may come later, and until then it is not known what it is a part of.
                _tokens.Add(token);
                break;
            case TextDelta delta:
                Append(Open(OutputItemKind.Message), "response.output_text.delta", delta.Text, isPart: true);
                break;
            case ReasoningDelta delta:
                _tokens.Clear();
                Append(Open(OutputItemKind.Reasoning), "response.reasoning_text.delta", delta.Text, isPart: true);
                break;
            case ToolCallStarted call:
                Close("completed");
                _tokens.Clear();
                (string? space, string own) = request.Tools.PartsOf(call.Name);
                Open(new OutputItem(OutputItemKind.FunctionCall, _items.Count) { CallId = call.CallId, Name = own, Namespace = space });
                break;
            case ToolArgumentsDelta delta when _open is { Kind: OutputItemKind.FunctionCall } item:
                Append(item, "response.function_call_arguments.delta", delta.Text, isPart: false);
                break;
            case ToolCallCompleted call when _open is { Kind: OutputItemKind.FunctionCall } item:
                item.Text.Clear().Append(call.Arguments);
                _tokens.Clear();
                Close(call.IsComplete ? "completed" : "incomplete");
                break;
            case GenerationEnded ended:
                _ended = ended;
                _status = Reason is null ? "completed" : "incomplete";
                Close(_status);
                Tell($"response.{_status}", Response);
                break;
            default:
                break;
        }
    }

    /// <summary>Ends a response that failed.</summary>
    public void Fail(Fault fault)
    {
        _fault = fault;
        _status = "failed";
        Close("incomplete");
        Tell("response.failed", Response);
    }

    /// <summary>Ends a response that somebody stopped.</summary>
    public void Cancel()
    {
        _status = "cancelled";
        Close("incomplete");
    }

    /// <summary>What is made so far, as items of a later conversation.</summary>
    public IReadOnlyList<JsonElement> Output => [.. _items.Select(static item => JsonElement.Parse(Bytes(item.Write).Span))];

    /// <summary>The response as it is now.</summary>
    public ReadOnlyMemory<byte> Document => Bytes(Write);

    /// <summary>Writes the response as it is now.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", Id);
        json.WriteString("object", "response");
        json.WriteNumber("created_at", created.ToUnixTimeSeconds());
        json.WriteString("status", _status);
        json.WriteString("model", request.Model);
        json.WritePropertyName("error");
        Error(json);
        json.WritePropertyName("incomplete_details");
        if (Reason is { } reason)
        {
            json.WriteStartObject();
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteStartArray("output");
        foreach (OutputItem item in _items)
        {
            item.Write(json);
        }

        json.WriteEndArray();
        request.WriteEcho(json);
        json.WritePropertyName("usage");
        Usage(json, _ended?.Usage);
        TruncationFields.Write(json, _ended?.Truncation);
        json.WriteEndObject();
    }

    private string? Reason => _ended?.FinishReason switch
    {
        FinishReason.MaxTokens or FinishReason.ContextFull => "max_output_tokens",
        FinishReason.ContentFilter => "content_filter",
        _ => null,
    };

    private void Response(Utf8JsonWriter json)
    {
        json.WritePropertyName("response");
        Write(json);
    }

    private OutputItem Open(OutputItemKind kind)
    {
        if (_open?.Kind == kind)
        {
            return _open;
        }

        Close("completed");
        return Open(new OutputItem(kind, _items.Count));
    }

    private OutputItem Open(OutputItem item)
    {
        _open = item;
        _items.Add(item);
        Tell("response.output_item.added", json => Item(json, item));
        if (item.Kind != OutputItemKind.FunctionCall)
        {
            Tell("response.content_part.added", json =>
            {
                Place(json, item, isPart: true);
                json.WritePropertyName("part");
                item.WritePart(json, isEmpty: true);
            });
        }

        return item;
    }

    private void Append(OutputItem item, string name, string text, bool isPart)
    {
        item.Text.Append(text);
        TokenGenerated[] tokens = item.Kind == OutputItemKind.Message ? [.. _tokens] : [];
        item.Tokens.AddRange(tokens);
        _tokens.Clear();
        Tell(name, json =>
        {
            Place(json, item, isPart);
            json.WriteString("delta", text);
            if (item.Kind == OutputItemKind.Message)
            {
                json.WritePropertyName("logprobs");
                LogProbabilityFields.WriteArray(json, tokens);
            }
        });
    }

    private void Close(string status)
    {
        if (_open is not { } item)
        {
            return;
        }

        _open = null;
        item.Status = status;
        string text = item.Text.ToString();
        switch (item.Kind)
        {
            case OutputItemKind.FunctionCall:
                Tell("response.function_call_arguments.done", json =>
                {
                    Place(json, item, isPart: false);
                    json.WriteString("name", item.Name);
                    json.WriteString("arguments", text);
                });
                break;
            case OutputItemKind.Reasoning:
                ClosePart(item, "response.reasoning_text.done", json => json.WriteString("text", text));
                break;
            default:
                ClosePart(item, "response.output_text.done", json =>
                {
                    json.WriteString("text", text);
                    json.WritePropertyName("logprobs");
                    LogProbabilityFields.WriteArray(json, item.Tokens);
                });
                break;
        }

        Tell("response.output_item.done", json => Item(json, item));
    }

    private void ClosePart(OutputItem item, string name, Action<Utf8JsonWriter> write)
    {
        Tell(name, json =>
        {
            Place(json, item, isPart: true);
            write(json);
        });
        Tell("response.content_part.done", json =>
        {
            Place(json, item, isPart: true);
            json.WritePropertyName("part");
            item.WritePart(json, isEmpty: false);
        });
    }

    private void Tell(string name, Action<Utf8JsonWriter> write)
    {
        if (stream is null)
        {
            return;
        }

        Utf8JsonWriter json = stream.Begin(name);
        json.WriteStartObject();
        json.WriteString("type", name);
        json.WriteNumber("sequence_number", _sequence++);
        write(json);
        json.WriteEndObject();
        stream.End();
    }

    private static void Item(Utf8JsonWriter json, OutputItem item)
    {
        json.WriteNumber("output_index", item.Index);
        json.WritePropertyName("item");
        item.Write(json);
    }

    private static void Place(Utf8JsonWriter json, OutputItem item, bool isPart)
    {
        json.WriteString("item_id", item.Id);
        json.WriteNumber("output_index", item.Index);
        if (isPart)
        {
            json.WriteNumber("content_index", 0);
        }
    }

    private void Error(Utf8JsonWriter json)
    {
        if (_fault is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("code", _fault.Kind == FaultKind.RateLimited ? "rate_limit_exceeded" : _fault.Status < 500 ? _fault.Code ?? "invalid_prompt" : "server_error");
        json.WriteString("message", _fault.Message);
        json.WriteEndObject();
    }

    private static void Usage(Utf8JsonWriter json, GenerationUsage? usage)
    {
        if (usage is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("input_tokens", usage.PromptTokens);
        json.WriteStartObject("input_tokens_details");
        json.WriteNumber("cached_tokens", usage.CachedPromptTokens);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", usage.GeneratedTokens);
        json.WriteStartObject("output_tokens_details");
        json.WriteNumber("reasoning_tokens", usage.ReasoningTokens);
        json.WriteEndObject();
        json.WriteNumber("total_tokens", usage.PromptTokens + usage.GeneratedTokens);
        json.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Bytes(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, JsonResponse.WriterOptions))
        {
            write(json);
        }

        return bytes.WrittenMemory;
    }
}
