namespace LocalInference.Training;

/// <summary>The size of a model that begins from nothing: the architecture llama (arXiv 2302.13971), with one matrix for what goes in and what comes out. Immutable.</summary>
public sealed record NewModelShape
{
    /// <summary>Transformer layers. Default 4.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Elements that represent a token between layers; a multiple of <see cref="Heads"/>, and of 32 if the model is to be quantized. Default 256.</summary>
    public int Width { get; init; } = 256;

    /// <summary>Elements within the feed-forward networks. Default 768.</summary>
    public int FeedForwardWidth { get; init; } = 768;

    /// <summary>Heads of attention, each of an even number of elements. Default 8.</summary>
    public int Heads { get; init; } = 8;

    /// <summary>Heads of keys and values, which queries share in groups; divides <see cref="Heads"/>. Default 8.</summary>
    public int KeyValueHeads { get; init; } = 8;

    /// <summary>The longest context in tokens. Default 1024.</summary>
    public int ContextLength { get; init; } = 1024;

    /// <summary>The base of the frequencies that tell positions (RoPE, arXiv 2104.09864). Default 10,000.</summary>
    public float FrequencyBase { get; init; } = 10_000;

    /// <summary>What norms add before they divide. Default 1e-5.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;
}
