namespace LocalInference.Text.Jinja;

/// <summary>A map of the application's.</summary>
internal sealed class MapView(JinjaMapView map) : MapBase
{
    public override int Count => map.Count;

    public override JinjaValue KeyAt(int index) => map.KeyAt(index);

    public override JinjaValue ValueAt(int index) => map.ValueAt(index);

    public override JinjaValue Find(JinjaValue key) =>
        key.IsString && map.TryGetValue(key.TextString(), out JinjaValue value) ? UndefinedObject.IfMissing(value) : default;
}
