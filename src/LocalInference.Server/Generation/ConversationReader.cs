using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Generation;

/// <summary>Puts a conversation together, and finds for results without an id the calls that they answer.</summary>
internal sealed class ConversationReader
{
    private readonly List<ChatMessage> _messages = [];
    private readonly List<ToolCallCompleted> _unanswered = [];
    private readonly HashSet<string> _callIds = new(StringComparer.Ordinal);
    private int _calls;

    public IReadOnlyList<ChatMessage> Messages => _messages;

    /// <summary>Whether it ends in an answer that is only begun, which the model is to go on with. One that calls functions waits for them.</summary>
    public bool EndsInAnswer => _messages is [.., { } last] && last.Role == ChatRole.Assistant && last.Contents is [.., TextContent { Text.Length: > 0 }]
        && !last.Contents.Any(static content => content is FunctionCallContent);

    /// <summary>Whether a function has been called under this id.</summary>
    public bool HasCall(string callId) => _callIds.Contains(callId);

    public void Add(string role, string? text, string? reasoning, IReadOnlyList<ToolCallCompleted> calls)
    {
        List<AIContent> contents = [];
        if (!string.IsNullOrEmpty(reasoning))
        {
            contents.Add(Thought.Of(reasoning));
        }

        if (!string.IsNullOrEmpty(text))
        {
            contents.Add(new TextContent(text));
        }

        contents.AddRange(calls.Select(Call));
        Add(role, contents);
    }

    /// <summary>Adds a message whose contents keep their order.</summary>
    /// <param name="role">Whose it is.</param>
    /// <param name="contents">What it says; calls are as <see cref="Call"/> makes them. One of thoughts alone, or of nothing, gets an empty text.</param>
    public void Add(string role, List<AIContent> contents)
    {
        if (contents.TrueForAll(static content => content is TextReasoningContent))
        {
            contents.Add(new TextContent(""));
        }

        foreach (FunctionCallContent content in contents.OfType<FunctionCallContent>())
        {
            _callIds.Add(content.CallId);
            _unanswered.Add((ToolCallCompleted)content.RawRepresentation!);
        }

        _messages.Add(new ChatMessage(new ChatRole(role), contents));
    }

    /// <summary>A call. The text of its arguments goes along, so that the prompt holds them as the model wrote them and its prefix stays cached.</summary>
    public static FunctionCallContent Call(ToolCallCompleted call) => new(call.CallId, call.Name, Arguments(call.Arguments)) { RawRepresentation = call };

    /// <summary>What a function answered.</summary>
    /// <param name="callId">The call's id; <see langword="null"/>: the client does not know it.</param>
    /// <param name="name">The function's name; <see langword="null"/>: not said.</param>
    /// <param name="result">The answer; <see langword="null"/>: nothing is known but that it failed.</param>
    /// <param name="failure">Says that it failed; <see langword="null"/>: it did not, as far as the client tells.</param>
    public void AddResult(string? callId, string? name, string? result, Exception? failure = null)
    {
        ToolCallCompleted? call = callId is not null
            ? _unanswered.Find(call => call.CallId == callId)
            : _unanswered.Find(call => name is null || call.Name == name);
        if (call is not null)
        {
            _unanswered.Remove(call);
        }

        _messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(callId ?? call?.CallId ?? NextId(), result) { Exception = failure }]));
    }

    /// <summary>The calls of a message, <c>[{id, function: {name, arguments}}]</c>; arguments are an object or the text of one.</summary>
    public IReadOnlyList<ToolCallCompleted> ReadCalls(JsonFields message) =>
        [.. message.Items("tool_calls").Select((item, index) => ReadCall(JsonFields.AsObject(item.Value, item.Path), index))];

    /// <summary>A call's <c>arguments</c>: an object, or the text of one.</summary>
    public static string ReadArguments(JsonFields function) => function.Any("arguments") switch
    {
        null => "{}",
        { ValueKind: JsonValueKind.Object } value => value.GetRawText(),
        { ValueKind: JsonValueKind.String } text => Checked(text.GetString()!, function.Path + "arguments"),
        _ => throw JsonFields.Wrong(function.Path + "arguments", "an object, or the text of one"),
    };

    private ToolCallCompleted ReadCall(JsonFields call, int index)
    {
        JsonFields function = call.Object("function") ?? throw RequestException.Bad($"{call.Path}function is required", call.Path + "function");
        string arguments = ReadArguments(function);
        string id = NextId();
        return new ToolCallCompleted(index, call.Text("id") is { Length: > 0 } given ? given : id, function.RequiredText("name"), arguments, IsComplete: true);
    }

    private static Dictionary<string, object?> Arguments(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (JsonProperty argument in document.RootElement.EnumerateObject())
        {
            arguments[argument.Name] = argument.Value.Clone();
        }

        return arguments;
    }

    private string NextId() => $"call_{_calls++}";

    private static string Checked(string arguments, string path)
    {
        if (arguments.Length == 0)
        {
            return "{}";
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(arguments);
            return document.RootElement.ValueKind == JsonValueKind.Object ? arguments : throw JsonFields.Wrong(path, "an object, or the text of one");
        }
        catch (JsonException)
        {
            throw JsonFields.Wrong(path, "an object, or the text of one");
        }
    }
}
