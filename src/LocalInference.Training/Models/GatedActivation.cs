namespace LocalInference.Training;

/// <summary>What the gate of a feed-forward network goes through.</summary>
internal enum GatedActivation
{
    /// <summary>x · σ(x).</summary>
    Silu,

    /// <summary>GELU, by its approximation with a tanh.</summary>
    Gelu,
}
