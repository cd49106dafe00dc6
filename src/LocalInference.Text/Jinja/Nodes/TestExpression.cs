namespace LocalInference.Text.Jinja;

/// <summary>A test: <c>value is name(arguments)</c>.</summary>
internal sealed class TestExpression(int offset, Expression value, string name, Builtin? test, ArgumentList arguments, bool isNegated) : Expression(offset)
{
    public string Name => name;

    public bool IsKnown => test is not null;

    public override JinjaValue Evaluate(Frame frame) => JinjaValue.FromBoolean(IsTrue(frame));

    public override bool IsTrue(Frame frame)
    {
        JinjaValue of = value.Evaluate(frame);
        JinjaValue result;
        if (arguments.IsEmpty)
        {
            frame.Context.At = this;
            result = Known().Invoke(frame.Context, of, CallArguments.Empty);
        }
        else
        {
            ArgumentBuffer buffer = default;
            CallArguments evaluated = arguments.Evaluate(frame, buffer);
            frame.Context.At = this;
            result = Known().Invoke(frame.Context, of, evaluated);
        }

        return PythonTruth.Of(result) != isNegated;
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        visit(value);
        arguments.ForEachChild(visit);
    }

    private Builtin Known() => test ?? throw new JinjaFault($"No test named '{name}'");
}
