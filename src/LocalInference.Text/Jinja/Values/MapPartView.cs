namespace LocalInference.Text.Jinja;

/// <summary>The live view that <c>keys()</c>, <c>values()</c> or <c>items()</c> gives of a map.</summary>
internal sealed class MapPartView(MapBase map, MapViewPart part) : SequenceObject
{
    public MapBase Map => map;

    public MapViewPart Part => part;

    public override string TypeName => part switch
    {
        MapViewPart.Keys => "dict_keys",
        MapViewPart.Values => "dict_values",
        _ => "dict_items",
    };

    public override int Count => map.Count;

    public override bool IsIndexable => false;

    public override JinjaValue ItemAt(int index) => part switch
    {
        MapViewPart.Keys => map.KeyAt(index),
        MapViewPart.Values => map.ValueAt(index),
        _ => new JinjaValue(new TupleObject([map.KeyAt(index), map.ValueAt(index)])),
    };
}
