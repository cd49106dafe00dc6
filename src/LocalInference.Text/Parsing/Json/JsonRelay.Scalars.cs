using System.Text;

namespace LocalInference.Text.Parsing;

/// <summary>Strings, numbers and words, and the closing of an unfinished value.</summary>
internal sealed partial class JsonRelay
{
    private const string None = "None";
    private const char Replacement = '\uFFFD';

    private Expect _textKind;
    private bool _pythonWord;
    private Expect? _failedIn;

    /// <summary>Closes what has been passed on to valid JSON.</summary>
    public void Close(StringBuilder output)
    {
        EndHalf(output);
        switch (_failedIn ?? _expect)
        {
            case Expect.Escape:
                // Of an escape that is not whole, nothing was passed on.
                output.Append(_textKind == Expect.Key ? "\":null" : "\"");
                break;
            case Expect.Text:
                output.Append('"');
                break;
            case Expect.Key:
                output.Append("\":null");
                break;
            case Expect.Colon:
                output.Append(":null");
                break;
            case Expect.Value:
                output.Append("null");
                break;
            case Expect.Word:
                output.Append(_word.AsSpan(_wordIndex));
                break;
            case Expect.Number when !_number.IsWhole:
                output.Append('0');
                break;
        }

        while (_open.TryPop(out char open))
        {
            output.Append(open == '{' ? '}' : ']');
        }

        _expect = Expect.Done;
    }

    private bool AcceptInText(char c, StringBuilder output)
    {
        if (c == '\\')
        {
            _textKind = _expect;
            _expect = Expect.Escape;
            _escapeDigits = -1;
            return true;
        }

        EndHalf(output);
        if (c == _quote)
        {
            output.Append('"');
            if (_expect == Expect.Key)
            {
                _expect = Expect.Colon;
            }
            else
            {
                EndValue();
            }
        }
        else if (c == '"')
        {
            output.Append("\\\"");
        }
        else if (c < ' ')
        {
            JsonEscapes.Append(output, [c]);
        }
        else
        {
            output.Append(c);
        }

        return true;
    }

    private bool AcceptEscape(char c, StringBuilder output)
    {
        if (_escapeDigits > 0)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return Fail();
            }

            _escaped = (char)((_escaped << 4) | (char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10));
            if (--_escapeDigits == 0)
            {
                AcceptEscaped(output);
                _expect = _textKind;
            }

            return true;
        }

        if (c == 'u')
        {
            _escaped = '\0';
            _escapeDigits = 4;
            return true;
        }

        EndHalf(output);
        if (c == '\'')
        {
            // Only Python escapes it; JSON does not know the escape.
            output.Append(c);
        }
        else if (c is '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't')
        {
            output.Append('\\').Append(c);
        }
        else
        {
            // An unknown escape is a backslash that the model forgot to double, as in a regular expression.
            output.Append("\\\\");
            JsonEscapes.Append(output, [c]);
        }

        _expect = _textKind;
        return true;
    }

    private void AcceptEscaped(StringBuilder output)
    {
        if (_half != '\0' && char.IsLowSurrogate(_escaped))
        {
            output.Append(JsonEscapes.ByNumber(_half)).Append(JsonEscapes.ByNumber(_escaped));
            _half = '\0';
            return;
        }

        EndHalf(output);
        if (char.IsHighSurrogate(_escaped))
        {
            _half = _escaped;
        }
        else
        {
            output.Append(JsonEscapes.ByNumber(char.IsLowSurrogate(_escaped) ? Replacement : _escaped));
        }
    }

    /// <summary>The second half does not come.</summary>
    private void EndHalf(StringBuilder output)
    {
        if (_half != '\0')
        {
            output.Append(JsonEscapes.ByNumber(Replacement));
            _half = '\0';
        }
    }

    private bool AcceptWord(char c, StringBuilder output)
    {
        char wanted = _pythonWord ? None[_wordIndex] : _word[_wordIndex];
        if (c != wanted)
        {
            return Fail();
        }

        output.Append(_word[_wordIndex]);
        if (++_wordIndex == _word.Length)
        {
            EndValue();
        }

        return true;
    }

    private bool AcceptNumber(char c, StringBuilder output)
    {
        if (_number.Take(c))
        {
            output.Append(c);
            return true;
        }

        if (!_number.IsWhole)
        {
            return Fail();
        }

        EndValue();
        return false;
    }
}
