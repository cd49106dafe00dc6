namespace LocalInference.Text.Jinja;

/// <summary>What a value's first word refers to when it is not a string.</summary>
internal abstract class JinjaObject(JinjaValueKind kind)
{
    public JinjaValueKind Kind { get; } = kind;

    /// <summary>Python's name of the type, which error messages show.</summary>
    public abstract string TypeName { get; }

    /// <summary>An attribute that is neither a method nor an item.</summary>
    public virtual bool TryGetAttribute(RenderContext context, string name, out JinjaValue value)
    {
        value = default;
        return false;
    }
}
