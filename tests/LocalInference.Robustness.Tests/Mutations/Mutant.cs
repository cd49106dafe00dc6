namespace LocalInference.Robustness.Tests.Mutations;

/// <summary>A damaged model file on disk, with words for what was done to which model.</summary>
internal sealed record Mutant(int Index, string Description);
