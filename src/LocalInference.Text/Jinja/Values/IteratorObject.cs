namespace LocalInference.Text.Jinja;

/// <summary>A generator or iterator: always true, has no length, and can be gone through once.</summary>
internal sealed class IteratorObject(IEnumerator<JinjaValue> items, string typeName = "generator") : JinjaObject(JinjaValueKind.Object)
{
    public override string TypeName => typeName;

    public IEnumerator<JinjaValue> Items => items;
}
