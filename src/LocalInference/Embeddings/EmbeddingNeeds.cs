namespace LocalInference;

/// <summary>What a model asks of a context for embeddings. Immutable.</summary>
internal sealed record EmbeddingNeeds
{
    /// <summary>
    /// Every token sees the whole text, so a text cannot be computed in parts. Otherwise the model is a decoder: it has a KV cache
    /// or recurrent states, and its graph goes on to logits.
    /// </summary>
    public required bool WholeTexts { get; init; }

    /// <summary>Recurrent and hybrid models.</summary>
    public required bool IsRecurrent { get; init; }

    /// <summary>The weights are computed on a GPU.</summary>
    public required bool OnGpu { get; init; }

    /// <summary>Tokens in the vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Rows of one step, unless a text that cannot be parted has more.</summary>
    public required int Rows { get; init; }
}
