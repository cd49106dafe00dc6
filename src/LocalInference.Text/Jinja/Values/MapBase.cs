namespace LocalInference.Text.Jinja;

/// <summary>An ordered map.</summary>
internal abstract class MapBase() : JinjaObject(JinjaValueKind.Map)
{
    public override string TypeName => "dict";

    public abstract int Count { get; }

    public abstract JinjaValue KeyAt(int index);

    public abstract JinjaValue ValueAt(int index);

    /// <summary>The value of a key that can be one (that is hashable); missing if the map has no such key.</summary>
    public abstract JinjaValue Find(JinjaValue key);
}
