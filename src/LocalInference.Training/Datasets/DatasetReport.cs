namespace LocalInference.Training;

/// <summary>What is in a dataset, and what is wrong with it. Immutable.</summary>
public sealed record DatasetReport
{
    /// <summary>Entries of the file, with those that cannot be read.</summary>
    public required int Records { get; init; }

    /// <summary>Entries that were left out, for what is wrong with them or because a fix asks for it.</summary>
    public required int Dropped { get; init; }

    /// <summary>Samples that were made of the others: more than these where texts were split; 0 without a model.</summary>
    public required int Samples { get; init; }

    /// <summary>Tokens of all samples; 0 without a model.</summary>
    public required long Tokens { get; init; }

    /// <summary>Those of them that are learned.</summary>
    public required long LearnedTokens { get; init; }

    /// <summary>The longest sample in tokens, before it was cut.</summary>
    public required int LongestSample { get; init; }

    /// <summary>How long samples are, before they were cut, from short to long.</summary>
    public required IReadOnlyList<LengthBucket> Lengths { get; init; }

    /// <summary>How often each kind of issue was found; kinds that were not are missing.</summary>
    public required IReadOnlyDictionary<DatasetIssueKind, int> IssueCounts { get; init; }

    /// <summary>The issues in the order of the file; of each kind at most 1,000.</summary>
    public required IReadOnlyList<DatasetIssue> Issues { get; init; }
}
