using System.Text.Json;

namespace LocalInference.Text.Jinja;

/// <summary>A JSON object, converted when it is first read. Two threads may both convert it, to the same entries.</summary>
internal sealed class JsonMap(JsonElement json, bool isContent) : MapBase
{
    private EntryTable? _entries;

    public override int Count => Entries.Count;

    private EntryTable Entries => Volatile.Read(ref _entries) ?? Read();

    public override JinjaValue KeyAt(int index) => Entries.KeyAt(index);

    public override JinjaValue ValueAt(int index) => Entries.ValueAt(index);

    public override JinjaValue Find(JinjaValue key) => Entries.Find(key);

    private EntryTable Read()
    {
        EntryTable entries = new(json.GetPropertyCount());
        foreach (JsonProperty property in json.EnumerateObject())
        {
            entries[JinjaValue.OfText(JsonStrings.NameOf(property), isContent)] = PythonJson.Read(property.Value, isContent);
        }

        Volatile.Write(ref _entries, entries);
        return entries;
    }
}
