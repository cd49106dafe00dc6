using System.Text;
using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>
/// An argument written as text: passed on as a JSON string while it comes if it can only be a string, else kept until it is
/// whole, because only then it is known whether it is JSON.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="types">The types it may have.</param>
/// <param name="ownLines">Whether the line breaks at its ends are the template's.</param>
/// <param name="depth">How many objects and arrays are open around it.</param>
internal sealed class TaggedValue(ParserOutput output, JsonTypes types, bool ownLines, int depth = 1)
{
    private readonly StringBuilder _kept = new();
    private bool _streams;
    private bool _decided;
    private bool _started;

    public void Append(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        _kept.Append(text);
        if (!_decided)
        {
            Decide(text);
        }

        if (_streams)
        {
            Stream(all: false);
        }
    }

    public void End(bool complete)
    {
        if (!_decided)
        {
            _streams = types == JsonTypes.String;
        }

        if (_streams)
        {
            Stream(all: true);
            output.Arguments("\"");
            return;
        }

        RemoveOwnLines();
        string text = _kept.ToString();
        if (JsonText.TryNormalize(text, python: true, out string json, out JsonValueKind kind, depth) && Allows(kind))
        {
            output.Arguments(json);
        }
        else if (complete || types.HasFlag(JsonTypes.String))
        {
            output.Arguments(JsonEscapes.Quote(text));
        }
        else
        {
            JsonRelay relay = new(python: true, depth);
            StringBuilder closed = new();
            relay.Accept(text, closed);
            relay.Close(closed);
            output.Arguments(closed.Length == 0 ? "null" : closed.ToString());
        }
    }

    /// <summary>A string stays as it is written, quotes included: the format has no quotes around strings.</summary>
    private bool Allows(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => !types.HasFlag(JsonTypes.String),
        _ when !types.HasFlag(JsonTypes.String) => true,
        JsonValueKind.Object => types.HasFlag(JsonTypes.Object),
        JsonValueKind.Array => types.HasFlag(JsonTypes.Array),
        JsonValueKind.Number => types.HasFlag(JsonTypes.Number),
        JsonValueKind.Null => types.HasFlag(JsonTypes.Null),
        _ => types.HasFlag(JsonTypes.Boolean),
    };

    /// <param name="text">What came last; before it was white space only.</param>
    private void Decide(ReadOnlySpan<char> text)
    {
        if (!types.HasFlag(JsonTypes.String))
        {
            _decided = true;
            return;
        }

        if (types == JsonTypes.String)
        {
            (_decided, _streams) = (true, true);
            return;
        }

        foreach (char c in text)
        {
            if (!char.IsWhiteSpace(c))
            {
                _decided = true;
                _streams = !(c is '{' or '[' or '-' or 't' or 'f' or 'n' or 'T' or 'F' or 'N' || char.IsAsciiDigit(c));
                return;
            }
        }
    }

    private void Stream(bool all)
    {
        if (!_started)
        {
            if (ownLines && !all && _kept.Length < 2 && _kept.ToString() is "\n" or "\r")
            {
                return;
            }

            output.Arguments("\"");
            _started = true;
            if (ownLines)
            {
                RemoveFirstLineBreak();
            }
        }

        if (all && ownLines)
        {
            RemoveLastLineBreak();
        }

        // A line break at the end may be the template's.
        int held = all || !ownLines ? 0 : TrailingLineBreak();
        StringBuilder escaped = new();
        JsonEscapes.Append(escaped, _kept.ToString(0, _kept.Length - held));
        _kept.Remove(0, _kept.Length - held);
        output.Arguments(escaped);
    }

    private void RemoveOwnLines()
    {
        if (ownLines)
        {
            RemoveFirstLineBreak();
            RemoveLastLineBreak();
        }
    }

    private void RemoveFirstLineBreak()
    {
        int length = _kept.Length > 0 && _kept[0] == '\n' ? 1 : _kept.Length > 1 && _kept[0] == '\r' && _kept[1] == '\n' ? 2 : 0;
        _kept.Remove(0, length);
    }

    private void RemoveLastLineBreak() => _kept.Length -= _kept.Length > 0 && _kept[^1] == '\n' ? TrailingLineBreak() : 0;

    private int TrailingLineBreak()
    {
        if (_kept.Length == 0)
        {
            return 0;
        }

        return _kept[^1] switch
        {
            '\r' => 1,
            '\n' => _kept.Length > 1 && _kept[^2] == '\r' ? 2 : 1,
            _ => 0,
        };
    }
}
