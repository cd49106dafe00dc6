using System.Text.Json;

namespace LocalInference.Text.Jinja;

/// <summary>A JSON object, converted when it is first read. Two threads may both convert it, to the same entries.</summary>
internal sealed class JsonMap(JsonElement json, bool isContent) : MapBase
{
    private OrderedDictionary<string, (JinjaValue Key, JinjaValue Value)>? _entries;

    public override int Count => Entries.Count;

    private OrderedDictionary<string, (JinjaValue Key, JinjaValue Value)> Entries
    {
        get
        {
            OrderedDictionary<string, (JinjaValue, JinjaValue)>? entries = Volatile.Read(ref _entries);
            if (entries is null)
            {
                entries = new(StringComparer.Ordinal);
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    entries[property.Name] = (JinjaValue.OfText(property.Name, isContent), JsonValues.Convert(property.Value, isContent));
                }

                Volatile.Write(ref _entries, entries);
            }

            return entries;
        }
    }

    public override JinjaValue KeyAt(int index) => Entries.GetAt(index).Value.Key;

    public override JinjaValue ValueAt(int index) => Entries.GetAt(index).Value.Value;

    public override bool TryGet(in JinjaValue key, out JinjaValue value)
    {
        if (key.IsString && Entries.TryGetValue(key.TextString(), out (JinjaValue Key, JinjaValue Value) entry))
        {
            value = entry.Value;
            return true;
        }

        value = default;
        return false;
    }
}
