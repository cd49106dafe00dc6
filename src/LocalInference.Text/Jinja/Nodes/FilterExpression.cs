namespace LocalInference.Text.Jinja;

/// <summary>A filter: <c>value|name(arguments)</c>. Without a value it is the filter of a block, which gives it one.</summary>
internal sealed class FilterExpression(int offset, Expression? value, string name, Builtin? filter, ArgumentList arguments) : Expression(offset)
{
    public override bool GivesText => filter is { GivesText: true };

    public string Name => name;

    public bool IsKnown => filter is not null;

    /// <summary>The filter that is applied first, where several follow each other.</summary>
    public FilterExpression Innermost => value is FilterExpression inner ? inner.Innermost : this;

    public override JinjaValue Evaluate(Frame frame) => Apply(frame, value!.Evaluate(frame));

    /// <summary>Applies a block's filters to what the block rendered.</summary>
    public JinjaValue EvaluateBlock(Frame frame, in JinjaValue text) =>
        Apply(frame, value is FilterExpression inner ? inner.EvaluateBlock(frame, text) : text);

    public override void Render(Frame frame, TextBuffer output)
    {
        if (filter == Filters.ToJson)
        {
            JinjaValue of = value!.Evaluate(frame);
            ArgumentBuffer buffer = default;
            CallArguments evaluated = arguments.Evaluate(frame, buffer);
            frame.Context.At = this;
            int before = output.Length;
            JsonWriting.Write(of, JsonFormat.From(evaluated), output);
            frame.Context.Charge(output.Length - before);
            return;
        }

        base.Render(frame, output);
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        if (value is not null)
        {
            visit(value);
        }

        arguments.ForEachChild(visit);
    }

    private JinjaValue Apply(Frame frame, in JinjaValue of)
    {
        ArgumentBuffer buffer = default;
        CallArguments evaluated = arguments.Evaluate(frame, buffer);
        frame.Context.At = this;
        return filter is null ? throw new JinjaFault($"No filter named '{name}'") : filter.Invoke(frame.Context, of, evaluated);
    }
}
