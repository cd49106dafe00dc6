namespace LocalInference.Text.Jinja;

/// <summary>A map with keys of any hashable type.</summary>
/// <param name="isFrozen">Whether it came from the application, which nothing may change.</param>
internal sealed class MapObject(bool isFrozen = false) : MapBase
{
    public EntryTable Entries { get; } = new();

    public bool IsFrozen => isFrozen;

    public override int Count => Entries.Count;

    public override JinjaValue KeyAt(int index) => Entries.KeyAt(index);

    public override JinjaValue ValueAt(int index) => Entries.ValueAt(index);

    public override JinjaValue Find(JinjaValue key) => Entries.Find(key);
}
