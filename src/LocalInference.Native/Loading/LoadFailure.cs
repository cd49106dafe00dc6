namespace LocalInference.Native;

/// <summary>Why the library cannot be used, and what to do about it.</summary>
internal sealed record LoadFailure(string Reason, string NextStep);
