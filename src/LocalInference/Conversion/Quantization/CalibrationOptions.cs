using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>How a text is run through a model to see which columns of its matrices matter. Immutable.</summary>
public sealed record CalibrationOptions
{
    /// <summary>Tokens that are computed together, each piece of the text by itself, from 16. Default: 512, or what the model was trained with if that is less.</summary>
    public int ChunkLength { get; init; } = 512;

    /// <summary>Layers to place on GPUs. <see langword="null"/>, the default: all that fit.</summary>
    public int? GpuLayers { get; init; }

    /// <summary>Most threads that compute, from 1 to 512; <see langword="null"/>, the default: the physical cores.</summary>
    public int? Threads { get; init; }

    private const int ShortestChunk = 16;

    internal void Validate()
    {
        if (ChunkLength < ShortestChunk)
        {
            throw ExceptionFactory.Option(nameof(ChunkLength), $"must be at least {ShortestChunk}", ChunkLength.ToString(), ShortestChunk.ToString());
        }
    }
}
