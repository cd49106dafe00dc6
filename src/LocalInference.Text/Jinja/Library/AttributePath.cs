using System.Globalization;

namespace LocalInference.Text.Jinja;

/// <summary>The attribute that filters like map and sort are given: a name, a number, or several with points between them.</summary>
internal readonly struct AttributePath
{
    private readonly JinjaValue[] _parts;

    private AttributePath(JinjaValue[] parts) => _parts = parts;

    public static AttributePath From(JinjaValue attribute)
    {
        if (attribute.IsMissing || attribute.IsNone)
        {
            return new AttributePath([]);
        }

        return attribute.AsString() is { } path ? FromText(path) : new AttributePath([attribute]);
    }

    /// <summary>Several attributes, with commas between them.</summary>
    public static AttributePath[] Several(JinjaValue attribute) =>
        attribute.AsString() is { } paths ? [.. paths.Split(',').Select(FromText)] : [From(attribute)];

    /// <summary>The attribute of an item.</summary>
    /// <param name="context">The rendering.</param>
    /// <param name="item">The item.</param>
    /// <param name="byDefault">Instead of an undefined attribute; missing: leave it undefined.</param>
    public JinjaValue Of(RenderContext context, JinjaValue item, JinjaValue byDefault = default)
    {
        foreach (ref readonly JinjaValue part in _parts.AsSpan())
        {
            item = Attributes.GetItem(context, item, part);
            if (item.IsUndefined && !byDefault.IsMissing && !byDefault.IsNone)
            {
                item = byDefault;
            }
        }

        return item;
    }

    private static AttributePath FromText(string path) => new([.. path.Split('.').Select(static part =>
        part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit) ? JinjaValue.FromInteger(int.Parse(part, CultureInfo.InvariantCulture)) : JinjaValue.FromString(part))]);
}
