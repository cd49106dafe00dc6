using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Training;

/// <summary>Who decides which samples are kept: a model that scores each from 1 to 5. Immutable.</summary>
/// <param name="Client">The model, the one that makes the samples or another. It stays the caller's to dispose.</param>
public sealed record SynthesisJudge(IChatClient Client)
{
    /// <summary>The criterion of <see cref="Criterion"/> by default.</summary>
    public const string DefaultCriterion = "The question can be understood by itself, and the answer is true, answers it in full and says nothing else.";

    /// <summary>What a sample has to meet, as one or more sentences. Default: <see cref="DefaultCriterion"/>.</summary>
    public string Criterion { get; init; } = DefaultCriterion;

    /// <summary>The least score with which a sample is kept, from 1 to 5. Default: 4.</summary>
    public int LeastScore { get; init; } = 4;

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Criterion))
        {
            throw ExceptionFactory.Option(nameof(Criterion), "must not be empty");
        }

        if (LeastScore is < 1 or > 5)
        {
            throw ExceptionFactory.Option(nameof(LeastScore), "must be from 1 to 5", $"{LeastScore}", "5");
        }
    }
}
