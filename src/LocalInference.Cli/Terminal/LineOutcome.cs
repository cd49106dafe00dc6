namespace LocalInference.Cli.Terminal;

/// <summary>How the reading of a line ended.</summary>
internal enum LineOutcome
{
    /// <summary>With Enter.</summary>
    Line,

    /// <summary>With Ctrl-C: what was typed is dropped.</summary>
    Interrupted,

    /// <summary>With Ctrl-D on an empty line, or because the terminal is gone.</summary>
    EndOfInput,
}
