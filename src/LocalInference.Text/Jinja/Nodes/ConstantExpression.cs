namespace LocalInference.Text.Jinja;

internal sealed class ConstantExpression(int offset, JinjaValue value) : Expression(offset)
{
    public JinjaValue Value => value;

    public override bool GivesText => value.IsString;

    public override JinjaValue Evaluate(Frame frame) => value;
}
