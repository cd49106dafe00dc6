namespace LocalInference.Robustness.Tests.Running;

/// <summary>How an attempt to load and run a file ended.</summary>
/// <param name="Outcome">What happened.</param>
/// <param name="Details">The exception's message, or the exit code.</param>
internal sealed record Verdict(Outcome Outcome, string Details);
