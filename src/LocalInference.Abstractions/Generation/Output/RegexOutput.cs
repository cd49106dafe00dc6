namespace LocalInference.Abstractions;

/// <summary>Text that a regular expression matches as a whole. One that cannot be used is a <see cref="GenerationException"/> (<c>regex_invalid</c>).</summary>
/// <param name="Pattern">The expression.</param>
public sealed record RegexOutput(string Pattern) : OutputFormat;
