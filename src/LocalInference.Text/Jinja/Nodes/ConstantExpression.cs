namespace LocalInference.Text.Jinja;

internal sealed class ConstantExpression : Expression
{
    private readonly JinjaValue _value;

    public ConstantExpression(int offset, JinjaValue value)
        : base(offset)
    {
        _value = value;
        GivesText = value.IsString;
    }

    public JinjaValue Value => _value;

    public override bool IsConstant => true;

    public override JinjaValue Evaluate(Frame frame) => _value;
}
