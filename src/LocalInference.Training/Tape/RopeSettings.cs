namespace LocalInference.Training;

/// <summary>How positions turn queries and keys (Su et al., 2021, arXiv 2104.09864), in the terms of ggml_rope_ext.</summary>
internal sealed record RopeSettings
{
    /// <summary>Elements of a head that are turned.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Whether pairs are halves of the head apart (GGML_ROPE_TYPE_NEOX) or neighbours.</summary>
    public required bool IsNeox { get; init; }

    /// <summary>The base of the wavelengths.</summary>
    public required float FrequencyBase { get; init; }

    /// <summary>What positions are multiplied with.</summary>
    public required float FrequencyScale { get; init; }

    /// <summary>What else there is, or <see langword="null"/>.</summary>
    public RopeFactors? Factors { get; init; }

    /// <summary>GGML_ROPE_TYPE_NEOX of ggml.h, or GGML_ROPE_TYPE_NORMAL.</summary>
    public int Mode => IsNeox ? 2 : 0;
}
