using LocalInference.Abstractions;
using LocalInference.Text;

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
        if (chat is not null)
        {
            _parser = new ChatParser(prompt.Format, prompt.Parser);

            // What the prompt holds of the answer already is known to whoever asked.
            IsReasoning = _parser.Feed("").Any(static e => e.Kind == ChatParseEventKind.ReasoningDelta) || OpensThoughts;
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
        bool thought = IsReasoning;
        IReadOnlyList<GenerationEvent> events = Append(_text.Append(bytes));
        ReasoningTokens += thought ? 1 : 0;
        return events;
    }

    /// <summary>The events of text that was put behind the model's own.</summary>
    public IReadOnlyList<GenerationEvent> Append(string text) =>
        text.Length == 0 ? [] : _parser is null ? [new TextDelta(text)] : Events(_parser.Feed(text));

    /// <summary>The last events.</summary>
    public IReadOnlyList<GenerationEvent> Finish()
    {
        IReadOnlyList<GenerationEvent> events = StopSequence is null ? Append(_text.Finish()) : [];
        return _parser is null ? events : [.. events, .. Events(_parser.Complete())];
    }

    private bool OpensThoughts => _prompt.Format.HasReasoning
        && Text.Parsing.ThoughtRules.StateOf(_prompt.Format, _prompt.Parser.GenerationPrompt) == Text.Parsing.ThoughtState.Open;

    private List<GenerationEvent> Events(IReadOnlyList<ChatParseEvent> parsed)
    {
        var events = new List<GenerationEvent>(parsed.Count);
        foreach (ChatParseEvent e in parsed)
        {
            IsReasoning = e.Kind == ChatParseEventKind.ReasoningDelta;
            switch (e.Kind)
            {
                case ChatParseEventKind.ReasoningDelta when _visibility != ReasoningVisibility.Hidden:
                    events.Add(new ReasoningDelta(e.Text));
                    break;
                case ChatParseEventKind.ContentDelta:
                    events.Add(new TextDelta(e.Text));
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
}
