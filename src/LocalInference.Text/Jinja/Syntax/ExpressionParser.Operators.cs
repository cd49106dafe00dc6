namespace LocalInference.Text.Jinja;

internal sealed partial class ExpressionParser
{
    private Expression ParseConditional()
    {
        Expression value = ParseOr();
        while (tokens.IsName("if"))
        {
            int offset = tokens.Take().Offset;
            Expression test = ParseOr();
            Expression? otherwise = tokens.TrySkipName("else") ? Parse() : null;
            value = Nest(new ConditionalExpression(offset, test, value, otherwise), test, value, otherwise ?? value);
        }

        return value;
    }

    private Expression ParseOr() => ParseShortCircuit("or", isOr: true);

    private Expression ParseShortCircuit(string word, bool isOr)
    {
        Expression first = isOr ? ParseShortCircuit("and", isOr: false) : ParseNot();
        if (!tokens.IsName(word))
        {
            return first;
        }

        int offset = tokens.Current.Offset;
        List<Expression> operands = [first];
        while (tokens.TrySkipName(word))
        {
            operands.Add(isOr ? ParseShortCircuit("and", isOr: false) : ParseNot());
        }

        return Nest(new ShortCircuitExpression(offset, [.. operands], isOr), [.. operands]);
    }

    private Expression ParseNot()
    {
        if (!tokens.IsName("not"))
        {
            return ParseComparison();
        }

        int offset = tokens.Take().Offset;
        Enter();
        Expression operand = ParseNot();
        Leave();
        return Nest(new NotExpression(offset, operand), operand);
    }

    private Expression ParseComparison()
    {
        Expression first = ParseSum();
        List<(ComparisonOperator, Expression)>? rest = null;
        int offset = tokens.Current.Offset;
        while (TakeComparison() is { } comparison)
        {
            (rest ??= []).Add((comparison, ParseSum()));
        }

        return rest switch
        {
            null => first,
            [(ComparisonOperator.Equal or ComparisonOperator.NotEqual, Expression second)] =>
                Nest(new EqualityExpression(offset, first, second, rest[0].Item1 == ComparisonOperator.NotEqual), first, second),
            _ => Nest(new CompareExpression(offset, first, [.. rest]), [first, .. rest.Select(operand => operand.Item2)]),
        };
    }

    private ComparisonOperator? TakeComparison()
    {
        Token token = tokens.Current;
        if (TokenReader.IsName(token, "not") && TokenReader.IsName(tokens.Following, "in"))
        {
            tokens.Take();
            tokens.Take();
            return ComparisonOperator.NotIn;
        }

        ComparisonOperator? comparison = (token.Kind, token.Text) switch
        {
            (TokenKind.Name, "in") => ComparisonOperator.In,
            (TokenKind.Operator, "==") => ComparisonOperator.Equal,
            (TokenKind.Operator, "!=") => ComparisonOperator.NotEqual,
            (TokenKind.Operator, "<") => ComparisonOperator.Less,
            (TokenKind.Operator, "<=") => ComparisonOperator.LessOrEqual,
            (TokenKind.Operator, ">") => ComparisonOperator.Greater,
            (TokenKind.Operator, ">=") => ComparisonOperator.GreaterOrEqual,
            _ => null,
        };
        if (comparison is not null)
        {
            tokens.Take();
        }

        return comparison;
    }

    private Expression ParseSum()
    {
        Expression left = ParseConcat();
        while (tokens.Is("+") || tokens.Is("-"))
        {
            Token token = tokens.Take();
            if (token.Text is "-")
            {
                Expression right = ParseConcat();
                left = Nest(new BinaryExpression(token.Offset, BinaryOperator.Subtract, left, right), left, right);
                continue;
            }

            // A run of additions is one node, however long it is.
            List<Expression> operands = [left, ParseConcat()];
            while (tokens.TrySkip("+"))
            {
                operands.Add(ParseConcat());
            }

            left = Nest(new SumExpression(token.Offset, [.. operands]), [.. operands]);
        }

        return left;
    }

    private Expression ParseConcat()
    {
        Expression first = ParseProduct();
        if (!tokens.Is("~"))
        {
            return first;
        }

        int offset = tokens.Current.Offset;
        List<Expression> operands = [first];
        while (tokens.TrySkip("~"))
        {
            operands.Add(ParseProduct());
        }

        return Nest(new ConcatExpression(offset, [.. operands]), [.. operands]);
    }

    private Expression ParseProduct()
    {
        Expression left = ParsePower();
        while (tokens.Current.Kind == TokenKind.Operator && Product(tokens.Current.Text) is { } operation)
        {
            int offset = tokens.Take().Offset;
            Expression right = ParsePower();
            left = Nest(new BinaryExpression(offset, operation, left, right), left, right);
        }

        return left;
    }

    private static BinaryOperator? Product(string text) => text switch
    {
        "*" => BinaryOperator.Multiply,
        "/" => BinaryOperator.Divide,
        "//" => BinaryOperator.FloorDivide,
        "%" => BinaryOperator.Modulo,
        _ => null,
    };

    private Expression ParsePower()
    {
        Expression left = ParseUnary();
        while (tokens.Is("**"))
        {
            int offset = tokens.Take().Offset;
            Expression right = ParseUnary();
            left = Nest(new BinaryExpression(offset, BinaryOperator.Power, left, right), left, right);
        }

        return left;
    }

    // A sign binds tighter than a filter but looser than a power's right side, as in the reference.
    private Expression ParseUnary(bool withFilters = true)
    {
        Expression value;
        if (tokens.Is("-") || tokens.Is("+"))
        {
            Token sign = tokens.Take();
            Enter();
            Expression operand = ParseUnary(withFilters: false);
            Leave();
            value = Nest(new SignExpression(sign.Offset, operand, sign.Text is "-"), operand);
        }
        else
        {
            value = ParsePrimary();
        }

        value = ParsePostfix(value);
        return withFilters ? ParseFilters(value) : value;
    }
}
