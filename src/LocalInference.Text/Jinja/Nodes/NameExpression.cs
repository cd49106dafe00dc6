namespace LocalInference.Text.Jinja;

/// <summary>A variable. Where it lives was decided when the template was parsed.</summary>
internal sealed class NameExpression(int offset, string name) : Expression(offset)
{
    private readonly JinjaValue _undefined = UndefinedObject.OfName(name);
    private VariablePlace _place;

    public string Name => name;

    public void Bind(VariablePlace place) => _place = place;

    public override JinjaValue Evaluate(Frame frame)
    {
        JinjaValue value = _place.Read(frame);
        return value.IsMissing ? _undefined : value;
    }
}
