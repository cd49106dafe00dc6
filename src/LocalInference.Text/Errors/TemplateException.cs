using System.Globalization;

namespace LocalInference.Text;

/// <summary>
/// A template does not parse, fails while it renders, refuses the conversation (<c>raise_exception</c>), or exceeds a limit.
/// The message never contains what a user wrote.
/// </summary>
public sealed class TemplateException : Exception
{
    /// <param name="what">What is wrong, without a full stop.</param>
    /// <param name="template">Name of the template.</param>
    /// <param name="line">Line, counted from 1; 0 if the place is not known.</param>
    /// <param name="column">Column in UTF-16 code units, counted from 1; 0 if the place is not known.</param>
    /// <param name="kind">Which of the ways to fail it was.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public TemplateException(string what, string template, int line, int column, TemplateErrorKind kind, Exception? innerException = null)
        : base(line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{what} ({template}:{line}:{column})") : $"{what} ({template})", innerException)
    {
        Template = template;
        Line = line;
        Column = column;
        Kind = kind;
    }

    /// <summary>Name of the template.</summary>
    public string Template { get; }

    /// <summary>Line, counted from 1; 0 if the place is not known.</summary>
    public int Line { get; }

    /// <summary>Column in UTF-16 code units, counted from 1; 0 if the place is not known.</summary>
    public int Column { get; }

    /// <summary>Which of the ways to fail it was.</summary>
    public TemplateErrorKind Kind { get; }
}
