namespace LocalInference.Text.Jinja;

/// <summary>An ordered map.</summary>
internal abstract class MapBase() : JinjaObject(JinjaValueKind.Map)
{
    public override string TypeName => "dict";

    public abstract int Count { get; }

    public abstract JinjaValue KeyAt(int index);

    public abstract JinjaValue ValueAt(int index);

    /// <summary>Looks up a key that can be one: one that is hashable.</summary>
    public abstract bool TryGet(in JinjaValue key, out JinjaValue value);
}
