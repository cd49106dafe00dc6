namespace LocalInference.Text.Jinja;

/// <summary>The values of a call's arguments.</summary>
internal readonly ref struct CallArguments(ReadOnlySpan<JinjaValue> positional, string[] names, ReadOnlySpan<JinjaValue> named)
{
    public static CallArguments Empty => new(default, [], default);

    public ReadOnlySpan<JinjaValue> Positional { get; } = positional;

    public string[] Names { get; } = names;

    public ReadOnlySpan<JinjaValue> Named { get; } = named;

    public bool TryGetNamed(string name, out JinjaValue value)
    {
        int index = Array.IndexOf(Names, name);
        value = index < 0 ? default : Named[index];
        return index >= 0;
    }
}
