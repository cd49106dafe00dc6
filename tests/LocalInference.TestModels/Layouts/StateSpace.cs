namespace LocalInference.TestModels;

/// <summary>The sizes of a Mamba layer.</summary>
internal static class StateSpace
{
    public const int Kernel = 4;
    public const int StateLength = 16;
    public const int TimeStepRank = 4;

    /// <summary>llama.cpp knows no other factor than 2 (src/models/mamba.cpp).</summary>
    public static int InnerLength(TestModelSpec spec) => 2 * spec.EmbeddingLength;
}
