namespace LocalInference.Text.Jinja;

/// <summary>What <c>namespace()</c> gives: the one thing whose attributes a template may set.</summary>
internal sealed class NamespaceObject() : JinjaObject(JinjaValueKind.Object)
{
    private readonly Dictionary<string, JinjaValue> _attributes = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";

    public JinjaValue this[string name]
    {
        set => _attributes[name] = value;
    }

    public override bool TryGetAttribute(RenderContext context, string name, out JinjaValue value) => _attributes.TryGetValue(name, out value);
}
