namespace LocalInference.Text;

/// <summary>A regular expression does not parse, or uses what no grammar can say.</summary>
internal sealed class RegexSyntaxException(string what, int position, bool unsupported) : Exception(what)
{
    /// <summary>In UTF-16 code units, counted from 1.</summary>
    public int Column { get; } = position + 1;

    /// <summary>Whether it is a regular expression, though not one that can become a grammar.</summary>
    public bool Unsupported { get; } = unsupported;
}
