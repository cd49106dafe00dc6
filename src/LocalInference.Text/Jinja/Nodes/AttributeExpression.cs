using System.Runtime.CompilerServices;

namespace LocalInference.Text.Jinja;

/// <summary>An attribute by name: <c>target.name</c>. Python's attributes come first, then the map's items.</summary>
internal sealed class AttributeExpression : Expression
{
    private readonly JinjaValue _key;
    private readonly JinjaValue _missingInMap;

    public AttributeExpression(int offset, Expression target, string name)
        : base(offset)
    {
        Target = target;
        Name = name;
        _key = JinjaValue.OfText(name, isContent: false);
        _missingInMap = UndefinedObject.Because($"'dict object' has no attribute '{name}'");
        StringMethod = StringMethods.Find(name);
        ListMethod = ListMethods.Find(name);
        MapMethod = MapMethods.Find(name);
        LoopMember = LoopMembers.Find(name);
    }

    public Expression Target { get; }

    public string Name { get; }

    public Builtin? StringMethod { get; }

    public Builtin? ListMethod { get; }

    public Builtin? MapMethod { get; }

    public LoopMember LoopMember { get; }

    public override JinjaValue Evaluate(Frame frame)
    {
        JinjaValue target = Target.Evaluate(frame);
        if (target.Reference is MapBase map && MapMethod is null)
        {
            JinjaValue found = map.Find(_key);
            return found.IsMissing ? _missingInMap : found;
        }

        return EvaluateOther(frame, target);
    }

    public override void ForEachChild(Action<Expression> visit) => visit(Target);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private JinjaValue EvaluateOther(Frame frame, JinjaValue target)
    {
        if (target.Reference is NamespaceObject space)
        {
            JinjaValue attribute = space.Attributes.Find(_key);
            if (!attribute.IsMissing)
            {
                return attribute;
            }
        }

        frame.Context.At = Offset;
        return target.Reference is LoopState loop && LoopMember != LoopMember.None
            ? loop.Get(LoopMember)
            : Attributes.Get(frame.Context, target, Name);
    }
}
