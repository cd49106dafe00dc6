namespace LocalInference.Text.Jinja;

/// <summary>An attribute of a namespace.</summary>
internal sealed class AttributeTarget(int offset, NameExpression target, string attribute) : AssignmentTarget(offset)
{
    public NameExpression Target => target;

    public override void Assign(Frame frame, in JinjaValue value)
    {
        if (target.Evaluate(frame).Reference is not NamespaceObject space)
        {
            frame.Context.At = this;
            throw new JinjaFault("cannot assign attribute on non-namespace object");
        }

        space[attribute] = value;
    }
}
