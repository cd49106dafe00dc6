namespace LocalInference.Training;

/// <summary>How positions are told in contexts that are longer than a model's first.</summary>
/// <param name="Divisors">What frequencies are divided by, F32 (<c>rope_freqs.weight</c> of Llama 3.1, one of two tensors in Phi-3 128k), or <see langword="null"/>.</param>
/// <param name="Attention">What the elements that are turned are multiplied with.</param>
internal sealed record RopeFactors(Weight? Divisors, float Attention)
{
    /// <summary>Those, or <see langword="null"/> where they do nothing.</summary>
    public static RopeFactors? Of(Weight? divisors, float attention) => divisors is null && attention == 1 ? null : new RopeFactors(divisors, attention);
}
