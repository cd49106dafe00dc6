namespace LocalInference.Text.Jinja;

/// <summary>An attribute of a namespace.</summary>
internal sealed class AttributeTarget(int offset, NameExpression target, string attribute) : AssignmentTarget(offset)
{
    private readonly JinjaValue _key = JinjaValue.OfText(attribute, isContent: false);

    public NameExpression Target => target;

    public override void Assign(Frame frame, JinjaValue value)
    {
        if (target.Evaluate(frame).Reference is not NamespaceObject space)
        {
            frame.Context.At = Offset;
            throw new JinjaFault("cannot assign attribute on non-namespace object");
        }

        space.Attributes[_key] = value;
    }
}
