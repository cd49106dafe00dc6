namespace LocalInference.Cli.Doctor;

/// <summary>One thing that the loader tried: <c>ok</c>, <c>skipped</c> or <c>failed</c>, and why.</summary>
internal sealed record ProbeReport(string Subject, string Outcome, string Detail);
