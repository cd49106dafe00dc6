namespace LocalInference.Text.Jinja;

/// <summary>
/// Splits a template into tokens: the text around tags, with the whitespace that tags strip already gone, and what stands in
/// them. The environment is that of chat templates: <c>trim_blocks</c> and <c>lstrip_blocks</c> are on.
/// </summary>
internal sealed class Lexer(string source)
{
    private readonly List<Token> _tokens = [];
    private int _position;

    // Whether what came last ended a line, so that spaces before a tag are that tag's to strip.
    private bool _atLineStart = true;

    public List<Token> Run()
    {
        while (_position < source.Length)
        {
            int tag = FindTag(_position);
            if (tag < 0)
            {
                AddText(_position, source.Length);
                _position = source.Length;
                break;
            }

            ReadTag(tag);
        }

        _tokens.Add(new Token(TokenKind.End, source.Length, ""));
        return _tokens;
    }

    private int FindTag(int from)
    {
        while (true)
        {
            int brace = source.IndexOf('{', from);
            if (brace < 0 || brace + 1 >= source.Length)
            {
                return -1;
            }

            if (source[brace + 1] is '{' or '%' or '#')
            {
                return brace;
            }

            from = brace + 1;
        }
    }

    private void ReadTag(int tag)
    {
        char kind = source[tag + 1];
        int inside = tag + 2;
        char sign = inside < source.Length && source[inside] is '-' or '+' ? source[inside] : '\0';
        AddText(_position, StripBefore(_position, tag, sign, isPrint: kind == '{'));
        inside += sign == '\0' ? 0 : 1;
        switch (kind)
        {
            case '#':
                SkipComment(tag, inside);
                break;
            case '{':
                _tokens.Add(new Token(TokenKind.PrintBegin, tag, "{{"));
                _position = inside;
                ReadInside(isBlock: false);
                break;
            case '%' when TryRawBegin(inside, out int body):
                ReadRaw(tag, body);
                break;
            default:
                _tokens.Add(new Token(TokenKind.BlockBegin, tag, "{%"));
                _position = inside;
                ReadInside(isBlock: true);
                break;
        }
    }

    private int StripBefore(int start, int end, char sign, bool isPrint)
    {
        if (sign == '-')
        {
            while (end > start && PythonText.IsSpace(source[end - 1]))
            {
                end--;
            }
        }
        else if (sign != '+' && !isPrint)
        {
            int line = end > start ? source.LastIndexOf('\n', end - 1, end - start) + 1 : 0;
            bool startsLine = line > 0 || _atLineStart;
            line = Math.Max(line, start);
            if (startsLine && SkipSpace(line) >= end)
            {
                end = line;
            }
        }

        return end;
    }

    private void AddText(int start, int end)
    {
        if (end > start)
        {
            _tokens.Add(new Token(TokenKind.Text, start, source[start..end]));
        }
    }

    private void SkipComment(int tag, int inside)
    {
        int end = source.IndexOf("#}", inside, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new SyntaxFault("Missing end of comment tag", tag);
        }

        char sign = end > inside && source[end - 1] is '-' or '+' ? source[end - 1] : '\0';
        Leave(end + 2, sign, isBlock: true);
    }

    private bool TryRawBegin(int inside, out int body)
    {
        body = SkipSpace(inside);
        if (string.CompareOrdinal(source, body, "raw", 0, 3) != 0)
        {
            return false;
        }

        body = SkipSpace(body + 3);
        if (string.CompareOrdinal(source, body, "-%}", 0, 3) == 0)
        {
            body = SkipSpace(body + 3);
            return true;
        }

        bool closes = string.CompareOrdinal(source, body, "%}", 0, 2) == 0;
        body += 2;
        return closes;
    }

    private void ReadRaw(int tag, int body)
    {
        _atLineStart = source[body - 1] == '\n';
        for (int end = body; (end = source.IndexOf("{%", end, StringComparison.Ordinal)) >= 0; end += 2)
        {
            char sign = end + 2 < source.Length && source[end + 2] is '-' or '+' ? source[end + 2] : '\0';
            int word = SkipSpace(end + 2 + (sign == '\0' ? 0 : 1));
            if (string.CompareOrdinal(source, word, "endraw", 0, 6) != 0)
            {
                continue;
            }

            int close = SkipSpace(word + 6);
            char closeSign = close < source.Length && source[close] is '-' or '+' ? source[close] : '\0';
            close += closeSign == '\0' ? 0 : 1;
            if (string.CompareOrdinal(source, close, "%}", 0, 2) == 0)
            {
                AddText(body, StripBefore(body, end, sign, isPrint: false));
                Leave(close + 2, closeSign, isBlock: true);
                return;
            }
        }

        throw new SyntaxFault("Missing end of raw directive", tag);
    }

    /// <summary>Goes on behind a tag: a minus strips whitespace, a block's end takes one line break with it.</summary>
    private void Leave(int position, char sign, bool isBlock)
    {
        if (sign == '-')
        {
            position = SkipSpace(position);
        }
        else if (sign != '+' && isBlock && position < source.Length && source[position] == '\n')
        {
            position++;
        }

        _atLineStart = source[position - 1] == '\n';
        _position = position;
    }

    private int SkipSpace(int position)
    {
        while (position < source.Length && PythonText.IsSpace(source[position]))
        {
            position++;
        }

        return position;
    }

    private void ReadInside(bool isBlock)
    {
        ExpressionLexer lexer = new(source, _position, _tokens);
        (int end, char sign) = lexer.Run(isBlock ? '%' : '}');
        if (end < 0)
        {
            _position = source.Length;
            return;
        }

        Leave(end, sign, isBlock);
    }
}
