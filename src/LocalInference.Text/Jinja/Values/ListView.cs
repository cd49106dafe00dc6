namespace LocalInference.Text.Jinja;

/// <summary>A list of the application's.</summary>
internal sealed class ListView(IReadOnlyList<JinjaValue> items) : SequenceObject
{
    // Reading an array through the interface costs several times what reading the array does.
    private readonly JinjaValue[]? _array = items as JinjaValue[];

    public override string TypeName => "list";

    public override int Count => _array is null ? items.Count : _array.Length;

    public override JinjaValue ItemAt(int index) => _array is null ? items[index] : _array[index];
}
