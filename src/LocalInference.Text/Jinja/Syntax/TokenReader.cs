namespace LocalInference.Text.Jinja;

/// <summary>The tokens of a template, with one's look at the next.</summary>
internal sealed class TokenReader(List<Token> tokens)
{
    private int _next;

    public Token Current => tokens[_next];

    public Token Following => tokens[Math.Min(_next + 1, tokens.Count - 1)];

    public Token Take()
    {
        Token token = tokens[_next];
        if (_next < tokens.Count - 1)
        {
            _next++;
        }

        return token;
    }

    public bool Is(string operation) => Current.Kind == TokenKind.Operator && string.Equals(Current.Text, operation, StringComparison.Ordinal);

    public bool IsName(string name) => IsName(Current, name);

    public static bool IsName(Token token, string name) => token.Kind == TokenKind.Name && string.Equals(token.Text, name, StringComparison.Ordinal);

    public bool TrySkip(string operation)
    {
        bool found = Is(operation);
        if (found)
        {
            Take();
        }

        return found;
    }

    public bool TrySkipName(string name)
    {
        bool found = IsName(name);
        if (found)
        {
            Take();
        }

        return found;
    }

    public Token Expect(string operation) => Is(operation) ? Take() : throw Unexpected($"expected '{operation}'");

    public Token Expect(TokenKind kind) => Current.Kind == kind ? Take() : throw Unexpected($"expected {Describe(kind)}");

    public void ExpectName(string name)
    {
        if (!TrySkipName(name))
        {
            throw Unexpected($"expected '{name}'");
        }
    }

    public SyntaxFault Unexpected(string? instead = null)
    {
        string what = Current.Kind switch
        {
            TokenKind.Name or TokenKind.Operator => $"'{Current.Text}'",
            _ => Describe(Current.Kind),
        };
        return new SyntaxFault(instead is null ? $"Unexpected {what}" : $"Unexpected {what}, {instead}", Current.Offset);
    }

    private static string Describe(TokenKind kind) => kind switch
    {
        TokenKind.Text => "text",
        TokenKind.PrintBegin => "begin of print statement",
        TokenKind.PrintEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.Name => "a name",
        TokenKind.String => "a string",
        TokenKind.Integer or TokenKind.Float => "a number",
        TokenKind.Operator => "an operator",
        _ => "end of template",
    };
}
