namespace LocalInference.Training;

/// <summary>A line of a synthesis' journal. The first has the digest of the options, every other one a sample.</summary>
/// <param name="Options">Digest of what must be the same for a synthesis to go on.</param>
/// <param name="Sample">Which sample.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Start">Of one that was kept: where its line begins in the output, in bytes.</param>
/// <param name="End">Of one that was kept: where its line ends.</param>
internal sealed record JournalLine(string? Options = null, string? Sample = null, SynthesisOutcome? Outcome = null, long? Start = null, long? End = null);
