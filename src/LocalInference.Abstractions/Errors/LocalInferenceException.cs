namespace LocalInference.Abstractions;

/// <summary>
/// Base of every error that LocalInference reports. It says what failed, with which value, against which limit, and what
/// to do next. Messages never contain prompts, completions or secrets.
/// </summary>
public abstract class LocalInferenceException : Exception
{
    private protected LocalInferenceException(ErrorDetails details, Exception? innerException)
        : base(details.ToMessage(), innerException)
    {
        Code = details.Code;
        Value = details.Value;
        Limit = details.Limit;
        NextStep = details.NextStep;
    }

    /// <summary>A stable identifier in snake_case, for programs: <c>model_not_found</c>, <c>context_length</c>, …</summary>
    public string Code { get; }

    /// <summary>The value that was refused, as text, or <see langword="null"/> when no single value is to blame.</summary>
    public string? Value { get; }

    /// <summary>The limit the value ran into, as text, or <see langword="null"/> when there is none.</summary>
    public string? Limit { get; }

    /// <summary>What the caller can do about it: one sentence.</summary>
    public string NextStep { get; }
}
