namespace LocalInference.Training;

/// <summary>The hyper-parameters of a model that can be trained.</summary>
internal sealed record ModelShape
{
    /// <summary><c>general.architecture</c>.</summary>
    public required string Architecture { get; init; }

    public required int Layers { get; init; }

    /// <summary>Elements that represent a token between layers.</summary>
    public required int Width { get; init; }

    public required int FeedForwardWidth { get; init; }

    public required int Heads { get; init; }

    /// <summary>Heads of keys and values, which queries share in groups.</summary>
    public required int KeyValueHeads { get; init; }

    public required int HeadLength { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>The longest context that the model was made for, in tokens.</summary>
    public required int ContextLength { get; init; }

    /// <summary>What norms add before they divide.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>How positions are told; without the factors, which are a tensor.</summary>
    public required RopeSettings Rope { get; init; }
}
