namespace LocalInference.Text;

/// <summary>The ways a template fails.</summary>
public enum TemplateErrorKind
{
    /// <summary>It does not parse.</summary>
    Syntax,

    /// <summary>It failed while rendering: an undefined value was used, a type does not fit, a function does not exist.</summary>
    Runtime,

    /// <summary>It refused the conversation itself, by <c>raise_exception</c>.</summary>
    Refused,

    /// <summary>A limit on its size, nesting, steps, output or time was reached.</summary>
    Limit,
}
