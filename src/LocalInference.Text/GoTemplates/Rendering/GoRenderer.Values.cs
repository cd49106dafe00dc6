namespace LocalInference.Text.GoTemplates;

internal sealed partial class GoRenderer
{
    private object? EvaluatePipeline(GoPipeline pipeline, object? dot)
    {
        object? value = Evaluate(pipeline, dot);
        foreach (string name in pipeline.Variables)
        {
            SetVariable(name, value, pipeline.Assigns);
        }

        return value;
    }

    private object? Evaluate(GoExpression expression, object? dot)
    {
        Step(expression);
        switch (expression)
        {
            case GoLiteral literal:
                return literal.Value;
            case GoDot:
                return dot;
            case GoVariable variable:
                return _variables.FindLast(v => v.Name == variable.Name).Value;
            case GoFields fields:
                return Fields(fields, Evaluate(fields.Of, dot));
            case GoFunctionName function:
                return Call(function, [], dot, hasLast: false, last: null);
            default:
                return EvaluateCommands((GoPipeline)expression, dot);
        }
    }

    private object? EvaluateCommands(GoPipeline pipeline, object? dot)
    {
        object? value = null;
        bool hasValue = false;
        foreach (GoCommand command in pipeline.Commands)
        {
            if (command.Arguments[0] is GoFunctionName function)
            {
                value = Call(function, command.Arguments, dot, hasValue, value);
            }
            else if (hasValue || command.Arguments.Count > 1)
            {
                throw source.Error(command.Position, "What is given arguments is not a function", TemplateErrorKind.Runtime);
            }
            else
            {
                value = Evaluate(command.Arguments[0], dot);
            }

            hasValue = true;
        }

        return value;
    }

    private object? Fields(GoFields fields, object? value)
    {
        foreach (string name in fields.Names)
        {
            value = value switch
            {
                GoMap map when map.TryGet(name, out object? found) => found,
                GoMap { IsStruct: false } => null,
                null => throw source.Error(fields.Position, $"Field {name} is asked of nothing", TemplateErrorKind.Runtime),
                _ => throw source.Error(fields.Position, $"There is no field {name}", TemplateErrorKind.Runtime),
            };
        }

        return value;
    }

    private object? Call(GoFunctionName function, IReadOnlyList<GoExpression> command, object? dot, bool hasLast, object? last)
    {
        int given = Math.Max(0, command.Count - 1);
        int count = given + (hasLast ? 1 : 0);
        object? Argument(int i) => i < given ? Evaluate(command[i + 1], dot) : last;
        try
        {
            if (function.Name is "and" or "or")
            {
                return Choose(function.Name == "or", count, Argument);
            }

            object?[] arguments = new object?[count];
            for (int i = 0; i < count; i++)
            {
                arguments[i] = Argument(i);
            }

            object? result = GoFunctions.Call(function.Name, arguments, now);
            Measure(result);
            return result;
        }
        catch (GoValueException e)
        {
            throw source.Error(function.Position, e.Message, e.Kind);
        }
    }

    // The first argument that decides, and no more of them evaluated than it takes.
    private static object? Choose(bool decides, int count, Func<int, object?> argument)
    {
        if (count == 0)
        {
            throw new GoValueException("and and or take at least one argument");
        }

        object? value = null;
        for (int i = 0; i < count; i++)
        {
            value = argument(i);
            if (GoTruth.Of(value) == decides)
            {
                break;
            }
        }

        return value;
    }

    // Texts that double with every step, or that a loop makes anew, end here.
    private void Measure(object? result)
    {
        _built += result is MarkedText text ? text.Text.Length + 1 : 0;
        if (_built > GoTemplateLimits.OutputLength)
        {
            throw new GoValueException($"The values are longer than {GoTemplateLimits.OutputLength} characters in all", TemplateErrorKind.Limit);
        }
    }
}
