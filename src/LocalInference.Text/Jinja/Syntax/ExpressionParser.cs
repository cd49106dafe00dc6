namespace LocalInference.Text.Jinja;

/// <summary>
/// Parses expressions. From the loosest to the tightest: <c>if else</c>, <c>or</c>, <c>and</c>, <c>not</c>, comparisons, <c>+ -</c>,
/// <c>~</c>, <c>* / // %</c>, <c>**</c>, signs, then attributes, items, calls, filters and tests.
/// </summary>
internal sealed partial class ExpressionParser(TokenReader tokens, JinjaLimits limits, MacroNames macroNames)
{
    private int _nesting;

    /// <summary>One expression, or a tuple of several with commas between them.</summary>
    /// <param name="isParenthesized">Whether it stands in parentheses, where an empty tuple may stand too.</param>
    /// <param name="withCondition">Whether conditional expressions may stand in it without parentheses.</param>
    public Expression ParseTuple(bool isParenthesized = false, bool withCondition = true)
    {
        int offset = tokens.Current.Offset;
        List<Expression> items = [];
        bool isTuple = false;
        while (true)
        {
            if (items.Count > 0)
            {
                tokens.Expect(",");
            }

            if (IsTupleEnd())
            {
                break;
            }

            items.Add(Parse(withCondition));
            if (!tokens.Is(","))
            {
                break;
            }

            isTuple = true;
        }

        if (!isTuple && items.Count > 0)
        {
            return items[0];
        }

        return isTuple || isParenthesized
            ? Nest(new ListExpression(offset, [.. items], isTuple: true), [.. items])
            : throw tokens.Unexpected("expected an expression");
    }

    public Expression Parse(bool withCondition = true)
    {
        Enter();
        Expression result = withCondition ? ParseConditional() : ParseOr();
        _nesting--;
        return result;
    }

    /// <summary>Counts one level of nesting in what is being parsed.</summary>
    public void Enter()
    {
        if (++_nesting > limits.MaxNesting)
        {
            throw TooDeep();
        }

        StackGuard.Check();
    }

    public void Leave() => _nesting--;

    /// <summary>A name, a literal, or something in brackets.</summary>
    public Expression ParsePrimary()
    {
        Token token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                tokens.Take();
                return Name(token);
            case TokenKind.String:
                return ParseStrings();
            case TokenKind.Integer or TokenKind.Float:
                tokens.Take();
                return new ConstantExpression(token.Offset, NumberLiteral.Parse(token));
            case TokenKind.Operator when tokens.TrySkip("("):
                Expression inner = ParseTuple(isParenthesized: true);
                tokens.Expect(")");
                return inner;
            case TokenKind.Operator when tokens.TrySkip("["):
                return ParseList(token.Offset);
            case TokenKind.Operator when tokens.TrySkip("{"):
                return ParseMap(token.Offset);
            default:
                throw tokens.Unexpected();
        }
    }

    private static JinjaValue? Literal(string name) => name switch
    {
        "true" or "True" => JinjaValue.FromBoolean(true),
        "false" or "False" => JinjaValue.FromBoolean(false),
        "none" or "None" => JinjaValue.None,
        _ => null,
    };

    private SyntaxFault TooDeep() => new($"Blocks and expressions are nested more than {limits.MaxNesting} deep", tokens.Current.Offset, TemplateErrorKind.Limit);

    private T Nest<T>(T node, params ReadOnlySpan<Expression> children)
        where T : Expression
    {
        foreach (Expression child in children)
        {
            node.Depth = Math.Max(node.Depth, child.Depth + 1);
        }

        return node.Depth > limits.MaxNesting ? throw TooDeep() : node;
    }

    private Expression Name(Token token)
    {
        if (Literal(token.Text) is { } literal)
        {
            return new ConstantExpression(token.Offset, literal);
        }

        macroNames.Load(token.Text);
        return new NameExpression(token.Offset, token.Text);
    }

    private ConstantExpression ParseStrings()
    {
        Token first = tokens.Take();
        if (tokens.Current.Kind != TokenKind.String)
        {
            return new ConstantExpression(first.Offset, JinjaValue.OfText(first.Text, isContent: false));
        }

        List<string> parts = [first.Text];
        while (tokens.Current.Kind == TokenKind.String)
        {
            parts.Add(tokens.Take().Text);
        }

        return new ConstantExpression(first.Offset, JinjaValue.OfText(string.Concat(parts), isContent: false));
    }

    private ListExpression ParseList(int offset)
    {
        List<Expression> items = [];
        while (!tokens.Is("]"))
        {
            if (items.Count > 0)
            {
                tokens.Expect(",");
                if (tokens.Is("]"))
                {
                    break;
                }
            }

            items.Add(Parse());
        }

        tokens.Expect("]");
        return Nest(new ListExpression(offset, [.. items], isTuple: false), [.. items]);
    }

    private MapExpression ParseMap(int offset)
    {
        List<(Expression Key, Expression Value)> entries = [];
        while (!tokens.Is("}"))
        {
            if (entries.Count > 0)
            {
                tokens.Expect(",");
                if (tokens.Is("}"))
                {
                    break;
                }
            }

            Expression key = Parse();
            tokens.Expect(":");
            entries.Add((key, Parse()));
        }

        tokens.Expect("}");
        return Nest(new MapExpression(offset, [.. entries]), [.. entries.Select(entry => entry.Key), .. entries.Select(entry => entry.Value)]);
    }

    private bool IsTupleEnd() => tokens.Current.Kind is TokenKind.PrintEnd or TokenKind.BlockEnd || tokens.Is(")");
}
