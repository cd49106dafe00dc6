namespace LocalInference;

/// <summary>A token that may be chosen, and its logit.</summary>
internal readonly record struct Candidate(float Logit, int Id);
