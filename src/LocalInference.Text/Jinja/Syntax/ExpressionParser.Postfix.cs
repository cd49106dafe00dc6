namespace LocalInference.Text.Jinja;

internal sealed partial class ExpressionParser
{
    /// <summary>The filters of a block, whose first has no bar before it.</summary>
    public FilterExpression ParseBlockFilters()
    {
        FilterExpression filter = ParseFilter(null);
        while (tokens.TrySkip("|"))
        {
            filter = ParseFilter(filter);
        }

        return filter;
    }

    private static bool IsArgumentOfTest(Token token) => token.Kind switch
    {
        TokenKind.Name => token.Text is not ("else" or "or" or "and"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => token.Text is "[" or "{",
        _ => false,
    };

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            if (tokens.Is("."))
            {
                int offset = tokens.Take().Offset;
                value = ParseAttribute(value, offset);
            }
            else if (tokens.Is("["))
            {
                int offset = tokens.Take().Offset;
                value = ParseItem(value, offset);
            }
            else if (tokens.Is("("))
            {
                value = ParseCall(value);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseFilters(Expression value)
    {
        while (true)
        {
            if (tokens.TrySkip("|"))
            {
                value = ParseFilter(value);
            }
            else if (tokens.IsName("is"))
            {
                value = ParseTest(value);
            }
            else if (tokens.Is("("))
            {
                value = ParseCall(value);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseAttribute(Expression value, int offset)
    {
        Token token = tokens.Take();
        return token.Kind switch
        {
            TokenKind.Name => Nest(new AttributeExpression(offset, value, token.Text), value),
            TokenKind.Integer => Nest(new ItemExpression(offset, value, new ConstantExpression(token.Offset, NumberLiteral.Parse(token))), value),
            _ => throw new SyntaxFault("Expected a name or number behind the point", token.Offset),
        };
    }

    private Expression ParseItem(Expression value, int offset)
    {
        List<Expression> keys = [];
        SliceExpression? slice = null;
        while (!tokens.Is("]"))
        {
            if (keys.Count > 0 || slice is not null)
            {
                tokens.Expect(",");
            }

            if (slice is not null)
            {
                throw new SyntaxFault("A slice cannot be one of several keys", offset);
            }

            Expression? start = tokens.Is(":") ? null : Parse();
            if (!tokens.TrySkip(":"))
            {
                keys.Add(start!);
                continue;
            }

            Expression? stop = IsSliceEnd() ? null : Parse();
            Expression? step = tokens.TrySkip(":") && !IsSliceEnd() ? Parse() : null;
            slice = Nest(new SliceExpression(offset, value, start, stop, step), value, start ?? value, stop ?? value, step ?? value);
        }

        tokens.Expect("]");
        return slice is not null ? slice : keys is [var key]
            ? Nest(new ItemExpression(offset, value, key), value, key)
            : Nest(new ItemExpression(offset, value, Nest(new ListExpression(offset, [.. keys], isTuple: true), [.. keys])), [value, .. keys]);
    }

    private bool IsSliceEnd() => tokens.Is(":") || tokens.Is("]") || tokens.Is(",");

    private CallExpression ParseCall(Expression value)
    {
        int offset = tokens.Current.Offset;
        ArgumentList arguments = ParseArguments();
        CallExpression call = Nest(new CallExpression(offset, value, arguments), value);
        return NestArguments(call, arguments);
    }

    private T NestArguments<T>(T node, ArgumentList arguments)
        where T : Expression
    {
        arguments.ForEachChild(argument => Nest(node, argument));
        return node;
    }

    private FilterExpression ParseFilter(Expression? value)
    {
        int offset = tokens.Current.Offset;
        string name = ParseDottedName();
        ArgumentList arguments = tokens.Is("(") ? ParseArguments() : ArgumentList.Empty;
        FilterExpression filter = new(offset, value, name, Filters.Find(name), arguments);
        return NestArguments(value is null ? filter : Nest(filter, value), arguments);
    }

    private TestExpression ParseTest(Expression value)
    {
        int offset = tokens.Take().Offset;
        bool isNegated = tokens.TrySkipName("not");
        string name = ParseDottedName();
        ArgumentList arguments = ArgumentList.Empty;
        if (tokens.Is("("))
        {
            arguments = ParseArguments();
        }
        else if (tokens.IsName("is"))
        {
            throw tokens.Unexpected("tests cannot follow each other without parentheses");
        }
        else if (IsArgumentOfTest(tokens.Current))
        {
            Enter();
            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], [], [], null, null);
            Leave();
        }

        return NestArguments(Nest(new TestExpression(offset, value, name, Tests.Find(name), arguments, isNegated), value), arguments);
    }

    private string ParseDottedName()
    {
        string name = tokens.Expect(TokenKind.Name).Text;
        while (tokens.TrySkip("."))
        {
            name = $"{name}.{tokens.Expect(TokenKind.Name).Text}";
        }

        return name;
    }

    private ArgumentList ParseArguments()
    {
        int offset = tokens.Expect("(").Offset;
        List<Expression> positional = [];
        List<string> names = [];
        HashSet<string> given = new(StringComparer.Ordinal);
        List<Expression> named = [];
        Expression? more = null;
        Expression? moreNamed = null;
        for (bool isFirst = true; !tokens.Is(")"); isFirst = false)
        {
            if (!isFirst)
            {
                tokens.Expect(",");
                if (tokens.Is(")"))
                {
                    break;
                }
            }

            if (moreNamed is not null)
            {
                throw new SyntaxFault("Nothing may follow an argument with **", offset);
            }

            if (more is null && tokens.TrySkip("*"))
            {
                more = Parse();
            }
            else if (tokens.TrySkip("**"))
            {
                moreNamed = Parse();
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following is { Kind: TokenKind.Operator, Text: "=" })
            {
                string name = tokens.Take().Text;
                tokens.Take();
                if (!given.Add(name))
                {
                    throw new SyntaxFault($"The argument '{name}' is given twice", offset);
                }

                names.Add(name);
                named.Add(Parse());
            }
            else if (more is null && names.Count == 0)
            {
                positional.Add(Parse());
            }
            else
            {
                throw new SyntaxFault("An argument without a name cannot follow one with a name", offset);
            }
        }

        tokens.Expect(")");
        return new ArgumentList([.. positional], [.. names], [.. named], more, moreNamed);
    }
}
