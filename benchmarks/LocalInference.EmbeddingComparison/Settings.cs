using LocalInference.Abstractions;

namespace LocalInference.EmbeddingComparison;

/// <summary>What is to be measured.</summary>
/// <param name="Model">Path of the GGUF file.</param>
/// <param name="Server">Path of llama-server.</param>
/// <param name="Texts">Texts of each round.</param>
/// <param name="Rounds">Rounds of each side.</param>
/// <param name="Threads">Threads that compute, on either side.</param>
/// <param name="Pooling">How both sides pool.</param>
/// <param name="AtLeast">The lowest median ratio that is good enough; <see langword="null"/>: any is.</param>
internal sealed record Settings(string Model, string Server, int Texts, int Rounds, int Threads, EmbeddingPooling Pooling, double? AtLeast);
