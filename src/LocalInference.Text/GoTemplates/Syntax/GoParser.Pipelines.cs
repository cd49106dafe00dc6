namespace LocalInference.Text.GoTemplates;

internal sealed partial class GoParser
{
    private GoPipeline ParsePipeline(bool mayDeclare, bool isRange)
    {
        int position = Next.Position;
        (List<string> variables, bool assigns) = mayDeclare ? ParseVariables(isRange) : ([], false);
        var commands = new List<GoCommand>();
        do
        {
            commands.Add(ParseCommand(isFirst: commands.Count == 0));
        }
        while (TryTake(GoTokenKind.Pipe));

        // They exist only behind the pipeline that they are declared by.
        if (!assigns)
        {
            _variables.AddRange(variables);
        }

        return new GoPipeline(position, variables, assigns, commands);
    }

    private (List<string> Names, bool Assigns) ParseVariables(bool isRange)
    {
        int start = _next;
        var names = new List<string>();
        while (Next.Kind == GoTokenKind.Variable)
        {
            names.Add(Take().Text);
            if (isRange && names.Count == 1 && TryTake(GoTokenKind.Comma))
            {
                continue;
            }

            if (Next.Kind is GoTokenKind.Declare or GoTokenKind.Assign)
            {
                bool assigns = Take().Kind == GoTokenKind.Assign;
                if (assigns && names.Find(name => !_variables.Contains(name, StringComparer.Ordinal)) is { } unknown)
                {
                    throw Error(_tokens[start], $"Variable {unknown} is not declared");
                }

                return (names, assigns);
            }

            break;
        }

        _next = start;
        return ([], false);
    }

    private GoCommand ParseCommand(bool isFirst)
    {
        int position = Next.Position;
        var arguments = new List<GoExpression>();
        while (Next.Kind is not (GoTokenKind.Close or GoTokenKind.CloseParenthesis or GoTokenKind.Pipe))
        {
            if (arguments.Count > 0 && !Next.SpaceBefore && Next.Kind != GoTokenKind.OpenParenthesis)
            {
                throw Error(Next, "Expected white space between arguments");
            }

            arguments.Add(ParseOperand());
        }

        if (arguments.Count == 0)
        {
            throw Error(Next, "A value is missing");
        }

        if (!isFirst && arguments[0] is GoLiteral or GoDot)
        {
            throw source.Error(position, "What stands behind | must be a function", TemplateErrorKind.Syntax);
        }

        return new GoCommand(position, arguments);
    }

    private GoExpression ParseOperand()
    {
        GoToken token = Take();
        GoExpression operand = token.Kind switch
        {
            GoTokenKind.Identifier => ParseName(token),
            GoTokenKind.Dot => new GoDot(token.Position),
            GoTokenKind.Field => ParseField(token),
            GoTokenKind.Variable => _variables.Contains(token.Text, StringComparer.Ordinal) ? new GoVariable(token.Position, token.Text) : throw Error(token, $"Variable {token.Text} is not declared"),
            GoTokenKind.String => new GoLiteral(token.Position, GoStrings.Template(token.Text)),
            GoTokenKind.Character => new GoLiteral(token.Position, long.Parse(token.Text)),
            GoTokenKind.Number => new GoLiteral(token.Position, TryParseNumber(token.Text, out object value) ? value : throw Error(token, "This is no number")),
            GoTokenKind.OpenParenthesis => ParseParenthesis(token),
            _ => throw Error(token, "Unexpected token in an action"),
        };
        return ParseFields(operand);
    }

    private GoFields ParseField(GoToken token)
    {
        _names.Add(token.Text);
        return new GoFields(token.Position, new GoDot(token.Position), [token.Text]);
    }

    private GoExpression ParseName(GoToken token) => token.Text switch
    {
        "true" => new GoLiteral(token.Position, Value: true),
        "false" => new GoLiteral(token.Position, Value: false),
        "nil" => new GoLiteral(token.Position, Value: null),
        _ => GoFunctions.Exists(token.Text) ? new GoFunctionName(token.Position, token.Text) : throw Error(token, $"There is no function {token.Text}"),
    };

    private GoPipeline ParseParenthesis(GoToken open)
    {
        if (++_depth > GoTemplateLimits.Depth)
        {
            throw source.Error(open.Position, $"Parentheses are nested more than {GoTemplateLimits.Depth} deep", TemplateErrorKind.Limit);
        }

        GoPipeline pipeline = ParsePipeline(mayDeclare: false, isRange: false);
        Expect(GoTokenKind.CloseParenthesis, "a closing parenthesis");
        _depth--;
        return pipeline;
    }

    private GoExpression ParseFields(GoExpression operand)
    {
        if (Next.Kind != GoTokenKind.Field || Next.SpaceBefore)
        {
            return operand;
        }

        if (operand is GoLiteral or GoDot or GoFunctionName)
        {
            throw Error(Next, "Only a value in parentheses, a field or a variable has fields");
        }

        var names = new List<string>();
        if (operand is GoFields first)
        {
            names.AddRange(first.Names);
            operand = first.Of;
        }

        while (Next.Kind == GoTokenKind.Field && !Next.SpaceBefore)
        {
            _names.Add(Next.Text);
            names.Add(Take().Text);
        }

        return new GoFields(operand.Position, operand, names);
    }

    private bool TryTake(GoTokenKind kind)
    {
        if (Next.Kind != kind)
        {
            return false;
        }

        _next++;
        return true;
    }
}
