namespace LocalInference;

/// <summary>What an <see cref="EmbeddingContext"/> answers with.</summary>
internal enum EmbeddingContextKind
{
    /// <summary>The hidden state of every token.</summary>
    HiddenStates,

    /// <summary>The same, of a model whose graph may end there; see <see cref="EmbeddingProfile.EndsAtHiddenState"/>.</summary>
    HiddenStatesOnly,

    /// <summary>The classification head's scores of every text.</summary>
    Ranking,
}
