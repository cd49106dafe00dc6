namespace LocalInference.Training;

/// <summary>Layers that see the nearest tokens only, and have a rotation of their own.</summary>
/// <param name="Length">How many tokens a token sees there, itself among them.</param>
/// <param name="Group">The last layer of each group of so many sees everything; 0: none does.</param>
/// <param name="FrequencyBase">As <see cref="RopeSettings.FrequencyBase"/>.</param>
/// <param name="FrequencyScale">As <see cref="RopeSettings.FrequencyScale"/>.</param>
internal sealed record SlidingWindow(int Length, int Group, float FrequencyBase, float FrequencyScale)
{
    /// <summary>Whether a layer is one of them (set_swa_pattern in llama.cpp's llama-hparams.cpp).</summary>
    public bool Holds(int layer) => Group == 0 || layer % Group < Group - 1;
}
