using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>Writes <c>chat.completion</c> objects and their chunks.</summary>
internal sealed class ChatCompletionAnswer : ICompletionAnswer
{
    private readonly OpenAIRequest _request;
    private readonly string _id = $"chatcmpl-{Guid.NewGuid():N}";
    private readonly long _created;
    private readonly List<TokenGenerated>[] _tokens;
    private readonly GenerationEnded[] _ended;

    public ChatCompletionAnswer(OpenAIRequest request, DateTimeOffset created)
    {
        _request = request;
        _created = created.ToUnixTimeSeconds();
        _tokens = [.. Enumerable.Range(0, request.Count).Select(static _ => new List<TokenGenerated>())];
        _ended = new GenerationEnded[request.Count];
    }

    public void Begin(EventStream stream, int index) => Chunk(stream, index, null, static json =>
    {
        json.WriteString("role", "assistant");
        json.WriteString("content", "");
    });

    public void Write(EventStream stream, int index, GenerationEvent e)
    {
        switch (e)
        {
            case TokenGenerated token:
                // The text of a token may come later, so its probability waits for the next chunk.
                _tokens[index].Add(token);
                break;
            case TextDelta delta:
                Chunk(stream, index, null, json => json.WriteString("content", delta.Text));
                break;
            case ReasoningDelta delta:
                Chunk(stream, index, null, json => Reasoning(json, delta.Text));
                break;
            case ToolCallStarted call:
                Chunk(stream, index, null, json => Call(json, call.Index, call.CallId, call.Name, ""));
                break;
            case ToolArgumentsDelta delta:
                Chunk(stream, index, null, json => Call(json, delta.Index, id: null, name: null, delta.Text));
                break;
            case GenerationEnded ended:
                _ended[index] = ended;
                Chunk(stream, index, ended, static _ => { });
                break;
            default:
                break;
        }
    }

    public void End(EventStream stream)
    {
        if (_request.IncludesUsage)
        {
            Utf8JsonWriter json = stream.Begin();
            Start(json, "chat.completion.chunk");
            json.WriteStartArray("choices");
            json.WriteEndArray();
            CompletionFields.Usage(json, _ended, _request.Count);
            json.WriteEndObject();
            stream.End();
        }
    }

    public void WriteWhole(Utf8JsonWriter json, IReadOnlyList<CollectedAnswer> answers)
    {
        Start(json, "chat.completion");
        json.WriteStartArray("choices");
        for (int i = 0; i < answers.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("index", i);
            Message(json, answers[i]);
            LogProbabilities(json, answers[i].Tokens);
            CompletionFields.End(json, answers[i].Ended);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        CompletionFields.Usage(json, [.. answers.Select(static answer => answer.Ended)], _request.Count);
        json.WriteEndObject();
    }

    private void Start(Utf8JsonWriter json, string kind)
    {
        json.WriteStartObject();
        json.WriteString("id", _id);
        json.WriteString("object", kind);
        json.WriteNumber("created", _created);
        json.WriteString("model", _request.Model);
        json.WriteString("system_fingerprint", "fp_localinference");
    }

    private void Chunk(EventStream stream, int index, GenerationEnded? ended, Action<Utf8JsonWriter> delta)
    {
        Utf8JsonWriter json = stream.Begin();
        Start(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteStartObject("delta");
        delta(json);
        json.WriteEndObject();
        LogProbabilities(json, _tokens[index]);
        _tokens[index].Clear();
        CompletionFields.End(json, ended);
        json.WriteEndObject();
        json.WriteEndArray();
        if (_request.IncludesUsage)
        {
            json.WriteNull("usage");
        }

        json.WriteEndObject();
        stream.End();
    }

    private static void Message(Utf8JsonWriter json, CollectedAnswer answer)
    {
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteString("content", answer.Text.Length == 0 && answer.Calls.Count > 0 ? null : answer.Text);
        json.WriteNull("refusal");
        if (answer.Reasoning.Length > 0)
        {
            Reasoning(json, answer.Reasoning);
        }

        if (answer.Calls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            foreach (ToolCallCompleted call in answer.Calls)
            {
                json.WriteStartObject();
                json.WriteString("id", call.CallId);
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", call.Name);
                json.WriteString("arguments", call.Arguments);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    // Ollama's name and DeepSeek's; clients look for either.
    private static void Reasoning(Utf8JsonWriter json, string text)
    {
        json.WriteString("reasoning", text);
        json.WriteString("reasoning_content", text);
    }

    private static void Call(Utf8JsonWriter json, int index, string? id, string? name, string arguments)
    {
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteNumber("index", index);
        if (id is not null)
        {
            json.WriteString("id", id);
            json.WriteString("type", "function");
        }

        json.WriteStartObject("function");
        if (name is not null)
        {
            json.WriteString("name", name);
        }

        json.WriteString("arguments", arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void LogProbabilities(Utf8JsonWriter json, IReadOnlyList<TokenGenerated> tokens)
    {
        if (tokens.Count == 0)
        {
            json.WriteNull("logprobs");
            return;
        }

        json.WriteStartObject("logprobs");
        json.WritePropertyName("content");
        LogProbabilityFields.WriteArray(json, tokens);
        json.WriteEndObject();
    }
}
