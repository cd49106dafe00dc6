namespace LocalInference.Text.Jinja;

/// <summary>Reads arguments of the language's functions.</summary>
internal static class Parameters
{
    /// <summary>An integer; by default where none or None is given.</summary>
    public static long Integer(JinjaValue value, long byDefault)
    {
        if (value.IsMissing || value.IsNone)
        {
            return byDefault;
        }

        Attributes.CheckDefined(value);
        return value.IsSmallInteger ? value.Int64 : throw new JinjaFault($"An integer is needed, not {Attributes.TypeName(value)}");
    }

    /// <summary>An integer that is used as a size.</summary>
    public static int Size(JinjaValue value, int byDefault) => (int)Math.Clamp(Integer(value, byDefault), int.MinValue, int.MaxValue);

    public static bool Flag(JinjaValue value) => !value.IsMissing && PythonTruth.Of(value);

    /// <summary>A text, which must be one.</summary>
    public static JinjaValue Text(JinjaValue value)
    {
        Attributes.CheckDefined(value);
        return value.IsString ? value : throw new JinjaFault($"A text is needed, not {Attributes.TypeName(value)}");
    }

    /// <summary>Python's <c>str</c> of an argument, a default where none is given.</summary>
    public static JinjaValue Text(RenderContext context, JinjaValue value, string byDefault) =>
        value.IsMissing ? JinjaValue.FromString(byDefault) : PythonText.ToText(context, value);
}
