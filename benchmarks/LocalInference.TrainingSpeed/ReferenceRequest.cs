namespace LocalInference.TrainingSpeed;

/// <summary>What <c>reference.py</c> is asked for.</summary>
internal sealed record ReferenceRequest(ReferenceShape Shape, int Tokens, int Steps, int Threads, int Rank, bool Bf16);
