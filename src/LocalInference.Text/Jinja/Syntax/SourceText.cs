namespace LocalInference.Text.Jinja;

/// <summary>A template's source.</summary>
internal static class SourceText
{
    /// <summary>One kind of line break, and none at the very end.</summary>
    public static string Normalize(string source)
    {
        if (source.Contains('\r', StringComparison.Ordinal))
        {
            source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        }

        return source.EndsWith('\n') ? source[..^1] : source;
    }

    /// <summary>Line and column of a place, counted from 1.</summary>
    public static (int Line, int Column) Locate(string source, int offset)
    {
        ReadOnlySpan<char> before = source.AsSpan(0, Math.Min(offset, source.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }
}
