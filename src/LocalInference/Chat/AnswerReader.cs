using LocalInference.Abstractions;
using LocalInference.Text;
using LocalInference.Text.Parsing;

namespace LocalInference;

/// <summary>Turns the tokens of one answer into events. Used by the reader of that answer.</summary>
internal sealed class AnswerReader
{
    private readonly Tokenizer _tokenizer;
    private readonly PreparedPrompt _prompt;
    private readonly ReasoningVisibility _visibility;
    private readonly TextAssembler _text;
    private readonly StopWatcher _stop;
    private readonly ChatParser? _parser;
    private readonly Dictionary<int, string> _callIds = [];
    private readonly byte[] _piece;
    private readonly StopCursor _thoughtEnd;
    private List<GenerationEvent> _held = [];
    private string _promptSpace = "";
    private bool _hasBrokenCall;

    public AnswerReader(Tokenizer tokenizer, PreparedPrompt prompt, ReasoningVisibility? chat, IReadOnlyList<string> stopSequences)
    {
        _tokenizer = tokenizer;
        _prompt = prompt;
        _visibility = chat ?? ReasoningVisibility.Separate;
        _piece = new byte[tokenizer.LongestPiece];
        var stops = new StopSequences(stopSequences);
        _text = new TextAssembler(stops);
        _stop = new StopWatcher(stops, stopSequences);
        _thoughtEnd = new StopCursor(new StopSequences(ThoughtEnd(prompt.Format) is { Length: > 0 } end ? [end] : []));
        if (chat is not null)
        {
            _parser = new ChatParser(prompt.Format, prompt.Parser);
            Begin(_parser);
        }
    }

    /// <summary>The stop sequence that ended the answer; <see langword="null"/>: none so far.</summary>
    public string? StopSequence => _stop.Found;

    /// <summary>Whether the model is thinking, as far as its text tells so far.</summary>
    public bool IsReasoning { get; private set; }

    /// <summary>Tokens that the model thought with.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Whether there were calls, all of them whole.</summary>
    public bool HasCalls => _callIds.Count > 0 && !_hasBrokenCall;

    /// <summary>The events of a generated token.</summary>
    public IReadOnlyList<GenerationEvent> Append(int token)
    {
        ReadOnlySpan<byte> bytes = _prompt.Marks.TryGetValue(token, out byte[]? mark) ? mark : _piece.AsSpan(0, _tokenizer.CopyBytes(token, _piece));
        _stop.Append(bytes);
        ReasoningTokens += IsReasoning ? 1 : 0;
        IReadOnlyList<GenerationEvent> events = Append(_text.Append(bytes));
        foreach (byte value in bytes)
        {
            // The parser says nothing of an end until there is something behind it.
            IsReasoning &= !_thoughtEnd.Advance(value);
        }

        return events;
    }

    /// <summary>The events of text that was put behind the model's own to end its thoughts.</summary>
    public IReadOnlyList<GenerationEvent> EndThoughts(string text)
    {
        IsReasoning = false;
        return Append(text);
    }

    /// <summary>The last events.</summary>
    public IReadOnlyList<GenerationEvent> Finish()
    {
        IReadOnlyList<GenerationEvent> events = StopSequence is null ? Append(_text.Finish()) : [];
        return _parser is null ? events : [.. events, .. Events(_parser.Complete())];
    }

    // What the prompt holds of the answer already: whoever asked to go on with it knows it, a mark of the template's that stays in
    // the content does not come from anybody else. Space at its end is reported by the parser with the text behind it.
    private void Begin(ChatParser parser)
    {
        string begun = AnswerPrefix.Of(_prompt.Format, _prompt.Parser);
        List<GenerationEvent> events = Events(parser.Feed(""));
        _held = _prompt.ContinuesMessage ? [] : events;
        _promptSpace = begun[begun.TrimEnd().Length..];
        IsReasoning = _prompt.Format.HasReasoning && ThoughtRules.StateOf(_prompt.Format, _prompt.Parser.GenerationPrompt) == ThoughtState.Open;
    }

    private static string ThoughtEnd(ChatFormat format) => format.Dialect switch
    {
        ChatDialect.Harmony => "<|end|>",
        ChatDialect.RecipientHeaders => "<|eom|>",
        _ => format.ReasoningEnd,
    };

    private List<GenerationEvent> Append(string text)
    {
        if (_parser is null)
        {
            return text.Length == 0 ? [] : [new TextDelta(text)];
        }

        List<GenerationEvent> events = Events(text.Length == 0 ? [] : _parser.Feed(text));
        if (_held.Count == 0)
        {
            return events;
        }

        events.InsertRange(0, _held);
        _held = [];
        return events;
    }

    // Only the first text can have the prompt's space at its start.
    private string OwnText(string text)
    {
        string own = _promptSpace.Length > 0 && text.StartsWith(_promptSpace, StringComparison.Ordinal) ? text[_promptSpace.Length..] : text;
        _promptSpace = "";
        return own;
    }

    private List<GenerationEvent> Events(IReadOnlyList<ChatParseEvent> parsed)
    {
        var events = new List<GenerationEvent>(parsed.Count);
        foreach (ChatParseEvent e in parsed)
        {
            // Thoughts that stay in the content end with their mark alone.
            IsReasoning = e.Kind == ChatParseEventKind.ReasoningDelta || (IsReasoning && _visibility == ReasoningVisibility.InContent);
            switch (e.Kind)
            {
                case ChatParseEventKind.ReasoningDelta:
                    AddText(events, OwnText(e.Text), _visibility == ReasoningVisibility.Hidden ? null : static text => new ReasoningDelta(text));
                    break;
                case ChatParseEventKind.ContentDelta:
                    AddText(events, OwnText(e.Text), static text => new TextDelta(text));
                    break;
                case ChatParseEventKind.ToolCallStarted:
                    // An id that the model writes behind the arguments would come too late.
                    _callIds[e.CallIndex] = string.IsNullOrEmpty(e.Call!.Id) ? $"call_{Guid.NewGuid():N}" : e.Call.Id;
                    events.Add(new ToolCallStarted(e.CallIndex, _callIds[e.CallIndex], e.Call.Name));
                    break;
                case ChatParseEventKind.ToolArgumentsDelta:
                    events.Add(new ToolArgumentsDelta(e.CallIndex, e.Text));
                    break;
                case ChatParseEventKind.ToolCallCompleted:
                    _hasBrokenCall |= !e.IsComplete;
                    events.Add(new ToolCallCompleted(e.CallIndex, _callIds[e.CallIndex], e.Call!.Name, e.Call.Arguments, e.IsComplete));
                    break;
                default:
                    break;
            }
        }

        return events;
    }

    private static void AddText(List<GenerationEvent> events, string text, Func<string, GenerationEvent>? kind)
    {
        if (text.Length > 0 && kind is not null)
        {
            events.Add(kind(text));
        }
    }
}
