using System.Text;

namespace LocalInference.Text.GoTemplates;

/// <summary>Cuts a template into tokens. The rules are those of Go's package text/template (its documentation, "Text and spaces").</summary>
internal sealed class GoLexer(GoSource source)
{
    private readonly string _text = source.Text;
    private readonly List<GoToken> _tokens = [];
    private int _position;

    public List<GoToken> Tokenize()
    {
        bool trimStart = false;
        while (true)
        {
            int open = _text.IndexOf("{{", _position, StringComparison.Ordinal);
            int end = open < 0 ? _text.Length : open;
            bool trimEnd = open >= 0 && IsTrimMark(open + 2);
            AddText(_position, end, trimStart, trimEnd);
            if (open < 0)
            {
                Add(GoTokenKind.End, "", _text.Length, spaceBefore: false);
                return _tokens;
            }

            _position = open + (trimEnd ? 3 : 2);
            trimStart = TrySkipComment(open, trimEnd, out bool trimAfterComment) ? trimAfterComment : ReadAction(open);
        }
    }

    internal static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

    // A dash counts as a mark only with white space on its inner side; {{-3}} is a number.
    private bool IsTrimMark(int position) =>
        position + 1 < _text.Length && _text[position] == '-' && IsSpace(_text[position + 1]);

    private void AddText(int start, int end, bool trimStart, bool trimEnd)
    {
        while (trimStart && start < end && IsSpace(_text[start]))
        {
            start++;
        }

        while (trimEnd && end > start && IsSpace(_text[end - 1]))
        {
            end--;
        }

        if (end > start)
        {
            Add(GoTokenKind.Text, _text[start..end], start, spaceBefore: false);
        }
    }

    private bool TrySkipComment(int open, bool trimmed, out bool trimAfter)
    {
        trimAfter = false;
        int start = _position;
        while (trimmed && start < _text.Length && IsSpace(_text[start]))
        {
            start++;
        }

        if (string.CompareOrdinal(_text, start, "/*", 0, 2) != 0)
        {
            return false;
        }

        int end = _text.IndexOf("*/", start + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw source.Error(open, "The comment is not closed", TemplateErrorKind.Syntax);
        }

        _position = end + 2;
        if (TryReadClose(out trimAfter))
        {
            return true;
        }

        throw source.Error(end, "A comment must be closed by */}} with nothing between", TemplateErrorKind.Syntax);
    }

    private bool TryReadClose(out bool trimAfter)
    {
        trimAfter = false;
        int position = _position;
        while (position < _text.Length && IsSpace(_text[position]))
        {
            position++;
        }

        if (position > _position && string.CompareOrdinal(_text, position, "-}}", 0, 3) == 0)
        {
            trimAfter = true;
            _position = position + 3;
            return true;
        }

        if (string.CompareOrdinal(_text, position, "}}", 0, 2) == 0)
        {
            _position = position + 2;
            return true;
        }

        return false;
    }

    private bool ReadAction(int open)
    {
        Add(GoTokenKind.Open, "{{", open, spaceBefore: false);
        while (true)
        {
            int start = _position;
            if (TryReadClose(out bool trimAfter))
            {
                Add(GoTokenKind.Close, "}}", _position - (trimAfter ? 3 : 2), spaceBefore: false);
                return trimAfter;
            }

            while (_position < _text.Length && IsSpace(_text[_position]))
            {
                _position++;
            }

            if (_position >= _text.Length)
            {
                throw source.Error(open, "The action is not closed by }}", TemplateErrorKind.Syntax);
            }

            ReadToken(spaceBefore: _position > start);
        }
    }

    private void ReadToken(bool spaceBefore)
    {
        int start = _position;
        char c = _text[start];
        char next = start + 1 < _text.Length ? _text[start + 1] : '\0';
        switch (c)
        {
            case '(':
                AddSymbol(GoTokenKind.OpenParenthesis, 1, spaceBefore);
                break;
            case ')':
                AddSymbol(GoTokenKind.CloseParenthesis, 1, spaceBefore);
                break;
            case '|':
                AddSymbol(GoTokenKind.Pipe, 1, spaceBefore);
                break;
            case ',':
                AddSymbol(GoTokenKind.Comma, 1, spaceBefore);
                break;
            case '=':
                AddSymbol(GoTokenKind.Assign, 1, spaceBefore);
                break;
            case ':' when next == '=':
                AddSymbol(GoTokenKind.Declare, 2, spaceBefore);
                break;
            case '"':
                ReadQuoted('"', GoTokenKind.String, spaceBefore);
                break;
            case '\'':
                ReadQuoted('\'', GoTokenKind.Character, spaceBefore);
                break;
            case '`':
                ReadRaw(spaceBefore);
                break;
            case '$':
                _position++;
                SkipName();
                Add(GoTokenKind.Variable, _text[start.._position], start, spaceBefore);
                break;
            case '.' when IsNameStart(next):
                _position++;
                SkipName();
                Add(GoTokenKind.Field, _text[(start + 1).._position], start, spaceBefore);
                break;
            case '.' when !char.IsAsciiDigit(next):
                AddSymbol(GoTokenKind.Dot, 1, spaceBefore);
                break;
            default:
                ReadNameOrNumber(c, spaceBefore);
                break;
        }
    }

    private void ReadNameOrNumber(char c, bool spaceBefore)
    {
        int start = _position;
        if (IsNameStart(c))
        {
            SkipName();
            Add(GoTokenKind.Identifier, _text[start.._position], start, spaceBefore);
        }
        else if (char.IsAsciiDigit(c) || c is '+' or '-' or '.')
        {
            _position++;
            while (_position < _text.Length && (char.IsAsciiLetterOrDigit(_text[_position]) || _text[_position] is '.' or '_' || (_text[_position] is '+' or '-' && _text[_position - 1] is 'e' or 'E')))
            {
                _position++;
            }

            Add(GoTokenKind.Number, _text[start.._position], start, spaceBefore);
        }
        else
        {
            throw source.Error(start, "Unexpected character in an action", TemplateErrorKind.Syntax);
        }
    }

    private void ReadRaw(bool spaceBefore)
    {
        int end = _text.IndexOf('`', _position + 1);
        if (end < 0)
        {
            throw source.Error(_position, "The string is not closed", TemplateErrorKind.Syntax);
        }

        // Go drops carriage returns from raw strings.
        Add(GoTokenKind.String, _text[(_position + 1)..end].Replace("\r", "", StringComparison.Ordinal), _position, spaceBefore);
        _position = end + 1;
    }

    private void ReadQuoted(char quote, GoTokenKind kind, bool spaceBefore)
    {
        int start = _position++;
        var text = new StringBuilder();
        while (_position < _text.Length && _text[_position] != quote && _text[_position] != '\n')
        {
            if (_text[_position] == '\\')
            {
                _position = GoEscape.Read(source, _position, text);
            }
            else
            {
                text.Append(_text[_position++]);
            }
        }

        if (_position >= _text.Length || _text[_position] != quote)
        {
            throw source.Error(start, "The literal is not closed on its line", TemplateErrorKind.Syntax);
        }

        _position++;
        string value = text.ToString();
        if (kind == GoTokenKind.Character)
        {
            if (!Rune.TryGetRuneAt(value + '\0', 0, out Rune rune) || rune.Utf16SequenceLength != value.Length)
            {
                throw source.Error(start, "A character literal holds one character", TemplateErrorKind.Syntax);
            }

            value = rune.Value.ToString();
        }

        Add(kind, value, start, spaceBefore);
    }

    private void SkipName()
    {
        while (_position < _text.Length && (IsNameStart(_text[_position]) || char.IsDigit(_text[_position])))
        {
            _position++;
        }
    }

    private static bool IsNameStart(char c) => c == '_' || char.IsLetter(c);

    private void AddSymbol(GoTokenKind kind, int length, bool spaceBefore)
    {
        Add(kind, _text.Substring(_position, length), _position, spaceBefore);
        _position += length;
    }

    private void Add(GoTokenKind kind, string text, int position, bool spaceBefore) => _tokens.Add(new GoToken(kind, text, position, spaceBefore));
}
