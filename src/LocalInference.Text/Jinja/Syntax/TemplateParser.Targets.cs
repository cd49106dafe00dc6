namespace LocalInference.Text.Jinja;

internal sealed partial class TemplateParser
{
    private static AssignmentTarget Copy(AssignmentTarget target) => target switch
    {
        NameTarget name => new NameTarget(name.Offset, name.Name),
        TupleTarget tuple => new TupleTarget(tuple.Offset, Array.ConvertAll(tuple.Targets, Copy)),
        _ => target,
    };

    private (NameTarget[] Parameters, Expression[] Defaults) ParseParameters()
    {
        List<NameTarget> parameters = [];
        List<Expression> defaults = [];
        _tokens.Expect("(");
        while (!_tokens.Is(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.Expect(",");
            }

            Token name = _tokens.Expect(TokenKind.Name);
            parameters.Add(new NameTarget(name.Offset, name.Text));
            if (_tokens.TrySkip("="))
            {
                defaults.Add(_expressions.Parse());
            }
            else if (defaults.Count > 0)
            {
                throw new SyntaxFault("A parameter without a default cannot follow one with a default", name.Offset);
            }
        }

        _tokens.Expect(")");
        return ([.. parameters], [.. defaults]);
    }

    private AssignmentTarget ParseTarget(bool withAttributes = false)
    {
        int offset = _tokens.Current.Offset;
        List<AssignmentTarget> targets = [ParseSingleTarget(withAttributes)];
        bool isTuple = false;
        while (_tokens.TrySkip(","))
        {
            isTuple = true;
            if (_tokens.IsName("in") || _tokens.Is("=") || _tokens.Is(")") || _tokens.Current.Kind == TokenKind.BlockEnd)
            {
                break;
            }

            targets.Add(ParseSingleTarget(withAttributes));
        }

        return isTuple ? new TupleTarget(offset, [.. targets]) : targets[0];
    }

    private AssignmentTarget ParseSingleTarget(bool withAttributes)
    {
        if (_tokens.TrySkip("("))
        {
            _expressions.Enter();
            AssignmentTarget inner = ParseTarget(withAttributes);
            _expressions.Leave();
            _tokens.Expect(")");
            return inner;
        }

        if (withAttributes && _tokens.Following is { Kind: TokenKind.Operator, Text: "." })
        {
            Token name = _tokens.Expect(TokenKind.Name);
            _tokens.Take();
            _macroNames.Load(name.Text);
            return new AttributeTarget(name.Offset, new NameExpression(name.Offset, name.Text), _tokens.Expect(TokenKind.Name).Text);
        }

        return ParseNameTarget();
    }

    private NameTarget ParseNameTarget()
    {
        Token name = _tokens.Expect(TokenKind.Name);
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None")
        {
            throw new SyntaxFault($"can't assign to '{name.Text}'", name.Offset);
        }

        _macroNames.Store(name.Text);
        return new NameTarget(name.Offset, name.Text);
    }
}
