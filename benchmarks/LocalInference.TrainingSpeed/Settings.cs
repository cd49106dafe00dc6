namespace LocalInference.TrainingSpeed;

/// <summary>What is measured.</summary>
/// <param name="Model">A GGUF file.</param>
/// <param name="Tokens">Tokens of each step: one sample.</param>
/// <param name="Steps">Steps of a turn; the first is not counted.</param>
/// <param name="Threads">Threads on either side.</param>
/// <param name="Rank">Rank of the adapter, on all matrices.</param>
/// <param name="Checkpointing">Whether our side computes layers twice; <see langword="null"/>: as it chooses.</param>
internal sealed record Settings(string Model, int Tokens, int Steps, int Threads, int Rank, bool? Checkpointing);
