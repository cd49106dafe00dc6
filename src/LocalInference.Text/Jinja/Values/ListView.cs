namespace LocalInference.Text.Jinja;

/// <summary>A list of the application's.</summary>
internal sealed class ListView(IReadOnlyList<JinjaValue> items) : SequenceObject
{
    public override string TypeName => "list";

    public override int Count => items.Count;

    public override JinjaValue ItemAt(int index) => items[index];
}
