namespace LocalInference.Abstractions;

/// <summary>Any JSON object.</summary>
public sealed record JsonOutput : OutputFormat;
