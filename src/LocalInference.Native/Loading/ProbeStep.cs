namespace LocalInference.Native;

/// <summary>One thing the loader tried, in the order it tried them.</summary>
/// <param name="Subject">A directory, a file or a check.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Detail">The reason or the finding, in a few words.</param>
internal sealed record ProbeStep(string Subject, ProbeOutcome Outcome, string Detail);
