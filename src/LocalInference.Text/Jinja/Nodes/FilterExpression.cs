namespace LocalInference.Text.Jinja;

/// <summary>A filter: <c>value|name(arguments)</c>. Without a value it is the filter of a block, which gives it one.</summary>
internal sealed class FilterExpression : Expression
{
    private readonly Expression? _value;
    private readonly Builtin? _filter;
    private readonly ArgumentList _arguments;
    private JsonFormat? _constantFormat;

    public FilterExpression(int offset, Expression? value, string name, Builtin? filter, ArgumentList arguments)
        : base(offset)
    {
        _value = value;
        _filter = filter;
        _arguments = arguments;
        Name = name;
        GivesText = filter is { GivesText: true };
    }

    public string Name { get; }

    public bool IsKnown => _filter is not null;

    public override JinjaValue Evaluate(Frame frame) => Apply(frame, _value!.Evaluate(frame));

    /// <summary>Applies a block's filters to what the block rendered.</summary>
    public JinjaValue EvaluateBlock(Frame frame, JinjaValue text) =>
        Apply(frame, _value is FilterExpression inner ? inner.EvaluateBlock(frame, text) : text);

    public override void Render(Frame frame, TextBuffer output)
    {
        if (_filter == Filters.ToJson)
        {
            RenderJson(frame, output);
        }
        else
        {
            base.Render(frame, output);
        }
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        if (_value is not null)
        {
            visit(_value);
        }

        _arguments.ForEachChild(visit);
    }

    // JSON is written to where it is printed.
    private void RenderJson(Frame frame, TextBuffer output)
    {
        JinjaValue of = _value!.Evaluate(frame);
        JsonFormat format = _constantFormat ?? ReadFormat(frame);
        frame.Context.At = Offset;
        int before = output.Length;
        JsonWriting.Write(of, format, output);
        frame.Context.Charge(output.Length - before);
    }

    private JsonFormat ReadFormat(Frame frame)
    {
        ArgumentBuffer space = default;
        CallArguments evaluated = _arguments.Evaluate(frame, space);
        frame.Context.At = Offset;
        JsonFormat format = JsonFormat.From(evaluated);
        if (_arguments.IsConstant)
        {
            // Two threads may both write it, the same.
            _constantFormat = format;
        }

        return format;
    }

    private JinjaValue Apply(Frame frame, JinjaValue of)
    {
        if (_filter is null)
        {
            frame.Context.At = Offset;
            throw new JinjaFault($"No filter named '{Name}'");
        }

        return _arguments.Invoke(_filter, frame, of, Offset);
    }
}
