using System.Text.Json;

namespace LocalInference.Text.Jinja;

/// <summary>A JSON array, converted when it is first read. Two threads may both convert it, to the same items.</summary>
internal sealed class JsonList(JsonElement json, bool isContent) : SequenceObject
{
    private JinjaValue[]? _items;

    public override string TypeName => "list";

    public override int Count => Items.Length;

    private JinjaValue[] Items
    {
        get
        {
            JinjaValue[]? items = Volatile.Read(ref _items);
            if (items is null)
            {
                items = [.. json.EnumerateArray().Select(item => PythonJson.Read(item, isContent))];
                Volatile.Write(ref _items, items);
            }

            return items;
        }
    }

    public override JinjaValue ItemAt(int index) => Items[index];
}
