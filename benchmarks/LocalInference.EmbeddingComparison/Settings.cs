using LocalInference.Abstractions;

namespace LocalInference.EmbeddingComparison;

/// <summary>What is to be measured.</summary>
internal sealed record Settings(string Model, string Server, int Texts, int Rounds, int Threads, EmbeddingPooling Pooling);
