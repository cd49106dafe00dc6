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
        if (test is { Predicate: { } holds } && arguments.IsEmpty)
        {
            frame.Context.At = Offset;
            Builtin.Charge(frame.Context, of);
            return holds(of) != isNegated;
        }

        return PythonTruth.Of(arguments.Invoke(Known(frame), frame, of, Offset)) != isNegated;
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        visit(value);
        arguments.ForEachChild(visit);
    }

    private Builtin Known(Frame frame)
    {
        frame.Context.At = Offset;
        return test ?? throw new JinjaFault($"No test named '{name}'");
    }
}
