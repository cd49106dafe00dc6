namespace LocalInference.Text.Jinja;

/// <summary>Splits what stands inside a tag, up to the tag's end.</summary>
internal ref struct ExpressionLexer(string source, int position, List<Token> tokens)
{
    private int _position = position;

    private static readonly string[] s_twoCharacterOperators = ["//", "**", "==", "!=", ">=", "<="];

    // Tags end only where all brackets are closed.
    private readonly Stack<char> _brackets = new();

    /// <summary>Reads all.</summary>
    /// <param name="closer">The character before the brace that ends the tag.</param>
    /// <returns>Where the tag ends, -1 if it does not, and the sign before its end.</returns>
    public (int End, char Sign) Run(char closer)
    {
        while (true)
        {
            while (_position < source.Length && PythonText.IsSpace(source[_position]))
            {
                _position++;
            }

            if (_position >= source.Length)
            {
                return (-1, '\0');
            }

            char c = source[_position];
            if (_brackets.Count == 0)
            {
                char sign = c == '-' || (c == '+' && closer == '%') ? c : '\0';
                int end = _position + (sign == '\0' ? 0 : 1);
                if (end + 1 < source.Length && source[end] == closer && source[end + 1] == '}')
                {
                    tokens.Add(new Token(closer == '%' ? TokenKind.BlockEnd : TokenKind.PrintEnd, _position, closer == '%' ? "%}" : "}}"));
                    return (end + 2, sign);
                }
            }

            ReadToken(c);
        }
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c == '_';

    private void ReadToken(char c)
    {
        int start = _position;
        if (c is '\'' or '"')
        {
            _position = StringLiteral.FindEnd(source, start);
            tokens.Add(new Token(TokenKind.String, start, StringLiteral.Unescape(source.AsSpan(start + 1, _position - start - 2), start)));
        }
        else if (char.IsAsciiDigit(c))
        {
            (_position, bool isFloat) = NumberLiteral.FindEnd(source, start);
            tokens.Add(new Token(isFloat ? TokenKind.Float : TokenKind.Integer, start, source[start.._position].Replace("_", "", StringComparison.Ordinal)));
        }
        else if (IsNameStart(c))
        {
            while (_position < source.Length && IsNamePart(source[_position]))
            {
                _position++;
            }

            tokens.Add(new Token(TokenKind.Name, start, source[start.._position]));
        }
        else
        {
            ReadOperator(c);
        }
    }

    private void ReadOperator(char c)
    {
        foreach (string two in s_twoCharacterOperators)
        {
            if (string.CompareOrdinal(source, _position, two, 0, 2) == 0)
            {
                tokens.Add(new Token(TokenKind.Operator, _position, two));
                _position += 2;
                return;
            }
        }

        string? one = c switch
        {
            '+' => "+", '-' => "-", '*' => "*", '/' => "/", '%' => "%", '~' => "~", '[' => "[", ']' => "]", '(' => "(", ')' => ")",
            '{' => "{", '}' => "}", '>' => ">", '<' => "<", '=' => "=", '.' => ".", ':' => ":", '|' => "|", ',' => ",", ';' => ";",
            _ => null,
        };
        if (one is null)
        {
            throw new SyntaxFault("Unexpected character", _position);
        }

        Balance(c);
        tokens.Add(new Token(TokenKind.Operator, _position, one));
        _position++;
    }

    private readonly void Balance(char c)
    {
        if (c is '(' or '[' or '{')
        {
            _brackets.Push(c == '(' ? ')' : c == '[' ? ']' : '}');
        }
        else if (c is ')' or ']' or '}')
        {
            if (!_brackets.TryPop(out char expected))
            {
                throw new SyntaxFault($"Unexpected '{c}'", _position);
            }

            if (expected != c)
            {
                throw new SyntaxFault($"Unexpected '{c}', expected '{expected}'", _position);
            }
        }
    }
}
