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

    /// <summary>Layers that see the nearest tokens only, or <see langword="null"/>.</summary>
    public SlidingWindow? Window { get; init; }

    /// <summary>What products of queries and keys are multiplied with.</summary>
    public required float ScoreScale { get; init; }

    /// <summary>As <see cref="ScoreSettings.Cap"/>.</summary>
    public float ScoreCap { get; init; }

    /// <summary>What logits stay below, as of <see cref="Tape.SoftCap"/>; 0: none.</summary>
    public float LogitCap { get; init; }

    /// <summary>What embeddings are multiplied with.</summary>
    public float EmbeddingScale { get; init; } = 1;

    public GatedActivation Activation { get; init; }

    /// <inheritdoc cref="ArchitectureTraits.HasHeadNorms"/>
    public bool HasHeadNorms { get; init; }

    /// <inheritdoc cref="ArchitectureTraits.HasPostNorms"/>
    public bool HasPostNorms { get; init; }

    // Decides on rounding only, and so is no part of what a training is told from others by (Fingerprint).
    private bool ScalesQueries => ArchitectureTraits.All[Architecture].ScalesQueries;

    /// <summary>How a layer attends.</summary>
    public LayerAttention AttentionOf(int layer) => Window is { } window && window.Holds(layer)
        ? new(Rope with { FrequencyBase = window.FrequencyBase, FrequencyScale = window.FrequencyScale }, new(ScoreScale, ScoreCap, window.Length, ScalesQueries))
        : new(Rope, new(ScoreScale, ScoreCap, ScalesQueries: ScalesQueries));
}
