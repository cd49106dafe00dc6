namespace LocalInference.Abstractions;

/// <summary>What the scores of a <see cref="RerankResult"/> are.</summary>
public enum RerankScore
{
    /// <summary>The output of the model's classification head, a logit.</summary>
    Relevance,

    /// <summary>The cosine between query and document of a model that only embeds.</summary>
    Cosine,
}
