namespace LocalInference.Text.Jinja;

/// <summary>What <c>namespace()</c> gives: the one thing whose attributes a template may set.</summary>
/// <param name="attributes">The attributes it begins with, which become its own.</param>
internal sealed class NamespaceObject(EntryTable attributes) : JinjaObject(JinjaValueKind.Object)
{
    public override string TypeName => "Namespace";

    public EntryTable Attributes => attributes;

    public override bool TryGetAttribute(RenderContext context, string name, out JinjaValue value)
    {
        value = attributes.Find(JinjaValue.OfText(name, isContent: false));
        return !value.IsMissing;
    }
}
