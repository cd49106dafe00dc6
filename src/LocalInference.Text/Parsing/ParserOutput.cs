using System.Text;

namespace LocalInference.Text.Parsing;

/// <summary>
/// Collects what a parser finds, as events and as a message, and applies the one rule about white space: the space around
/// thinking and around tool calls is the template's, all other space is the model's.
/// </summary>
internal sealed class ParserOutput
{
    private readonly StringBuilder _content = new();
    private readonly StringBuilder _reasoning = new();
    private readonly StringBuilder _space = new();
    private readonly StringBuilder _pending = new();
    private readonly StringBuilder _arguments = new();
    private readonly List<ChatToolCall> _calls = [];
    private List<ChatParseEvent> _events = [];
    private ChatParseEventKind _pendingKind;
    private bool _atStart;

    /// <summary>Whether the text written last was thinking.</summary>
    private bool _inReasoning;

    public bool HasContent => _content.Length > 0;

    public bool HasReasoning => _reasoning.Length > 0;

    public int CallCount => _calls.Count;

    /// <summary>Whether a call was closed that the model had not finished.</summary>
    public bool HasIncompleteCall { get; private set; }

    public bool InCall { get; private set; }

    /// <summary>Whether the call that is open has no argument text yet.</summary>
    public bool HasNoArguments => _arguments.Length == 0;

    /// <summary>The message so far.</summary>
    public ChatMessage Message => new()
    {
        Role = "assistant",
        Content = _content.Length > 0 || _calls.Count == 0 ? _content.ToString() : null,
        ReasoningContent = _reasoning.Length > 0 ? _reasoning.ToString() : null,
        ToolCalls = InCall ? [.. _calls[..^1], _calls[^1] with { Arguments = _arguments.ToString() }] : [.. _calls],
    };

    public void Reasoning(ReadOnlySpan<char> text)
    {
        if (!_inReasoning)
        {
            _space.Clear();
            _inReasoning = true;
            _atStart = true;
        }

        Write(ChatParseEventKind.ReasoningDelta, _reasoning, text);
    }

    /// <summary>Thinking ended: the space before and after its end marker is not text.</summary>
    public void EndReasoning()
    {
        _space.Clear();
        _inReasoning = false;
        _atStart = true;
    }

    public void Content(ReadOnlySpan<char> text)
    {
        if (_inReasoning)
        {
            EndReasoning();
        }

        Write(ChatParseEventKind.ContentDelta, _content, text);
    }

    /// <summary>The content's markers end here, so the space next to them is not text.</summary>
    public void TrimHere()
    {
        _space.Clear();
        _atStart = true;
    }

    public void StartCall(string name, string? id)
    {
        TrimHere();
        Flush();
        InCall = true;
        _arguments.Clear();
        ChatToolCall call = new(name, string.Empty, id);
        _calls.Add(call);
        _events.Add(new(ChatParseEventKind.ToolCallStarted, string.Empty, _calls.Count - 1, call, true));
    }

    public void Arguments(ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty)
        {
            Begin(ChatParseEventKind.ToolArgumentsDelta);
            _arguments.Append(text);
            _pending.Append(text);
        }
    }

    public void Arguments(StringBuilder text)
    {
        Arguments(text.ToString());
        text.Clear();
    }

    public void EndCall(bool complete, string? id)
    {
        if (_arguments.Length == 0)
        {
            Arguments("{}");
        }

        Flush();
        InCall = false;
        HasIncompleteCall |= !complete;
        ChatToolCall call = new(_calls[^1].Name, _arguments.ToString(), id ?? _calls[^1].Id);
        _calls[^1] = call;
        _events.Add(new(ChatParseEventKind.ToolCallCompleted, string.Empty, _calls.Count - 1, call, complete));
        _atStart = true;
    }

    /// <summary>The generation is over: space at the end of an answer is the model's, unless a call or thinking came before it.</summary>
    public void End()
    {
        if (!_inReasoning && _space.Length > 0 && _calls.Count == 0)
        {
            Emit(ChatParseEventKind.ContentDelta, _content, _space.ToString());
        }

        _space.Clear();
    }

    /// <summary>The events since the last call.</summary>
    public IReadOnlyList<ChatParseEvent> TakeEvents()
    {
        Flush();
        if (_events.Count == 0)
        {
            return [];
        }

        List<ChatParseEvent> events = _events;
        _events = [];
        return events;
    }

    private void Write(ChatParseEventKind kind, StringBuilder all, ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> body = text.TrimEnd();
        if (body.IsEmpty)
        {
            Hold(text);
            return;
        }

        if (_atStart)
        {
            int lead = body.Length - body.TrimStart().Length;
            body = body[lead..];
            text = text[lead..];
            _atStart = false;
        }
        else if (_space.Length > 0)
        {
            Emit(kind, all, _space.ToString());
        }

        _space.Clear();
        Emit(kind, all, body);
        Hold(text[body.Length..]);
    }

    private void Hold(ReadOnlySpan<char> space)
    {
        if (!_atStart)
        {
            _space.Append(space);
        }
    }

    private void Emit(ChatParseEventKind kind, StringBuilder all, ReadOnlySpan<char> text)
    {
        Begin(kind);
        all.Append(text);
        _pending.Append(text);
    }

    private void Begin(ChatParseEventKind kind)
    {
        if (_pendingKind != kind)
        {
            Flush();
            _pendingKind = kind;
        }
    }

    private void Flush()
    {
        if (_pending.Length > 0)
        {
            int index = _pendingKind == ChatParseEventKind.ToolArgumentsDelta ? _calls.Count - 1 : -1;
            _events.Add(new(_pendingKind, _pending.ToString(), index, null, true));
            _pending.Clear();
        }
    }
}
