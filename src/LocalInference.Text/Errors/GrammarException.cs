namespace LocalInference.Text;

/// <summary>A JSON schema, regular expression or GBNF grammar does not parse, uses what is not supported, or exceeds a limit.</summary>
public sealed class GrammarException : Exception
{
    /// <param name="what">What is wrong and what to do, as whole sentences.</param>
    /// <param name="path">Where: a JSON pointer such as <c>#/properties/name</c>, or <c>line:column</c> of a grammar or expression.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public GrammarException(string what, string path, Exception? innerException = null)
        : base($"{what} (at {path})", innerException) => Path = path;

    /// <summary>Where: a JSON pointer such as <c>#/properties/name</c>, or <c>line:column</c> of a grammar or expression.</summary>
    public string Path { get; }
}
