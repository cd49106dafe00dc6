using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>How a dataset is read and turned into samples. Immutable.</summary>
public sealed record DatasetOptions
{
    /// <summary>How it is written; <see langword="null"/>, the default: found from the file's extension and its first sample.</summary>
    public DatasetFormat? Format { get; init; }

    /// <summary>What is learned. Default: <see cref="DatasetLoss.Answers"/>.</summary>
    public DatasetLoss Loss { get; init; }

    /// <summary>The longest sample in tokens; a longer one is cut at its end, plain text into several. From 2 up; default 2048.</summary>
    public int MaxLength { get; init; } = 2048;

    /// <summary>The share of samples that is kept for validation, from 0 to below 1. Default: 0.</summary>
    public double ValidationShare { get; init; }

    /// <summary>Decides which samples are for validation. Default: 0.</summary>
    public int Seed { get; init; }

    /// <summary>What is changed before use. Default: nothing.</summary>
    public DatasetFixes Fixes { get; init; }

    /// <summary>
    /// How much of what two samples say must be the same for them to be near duplicates: shared runs of three words, by all that either
    /// has. From above 0 to 1; default 0.8. It is estimated (MinHash), with a standard deviation of at most 0.045.
    /// </summary>
    public double NearDuplicateSimilarity { get; init; } = 0.8;

    /// <summary>
    /// The day that a chat template takes for today, so that a dataset gives the same samples on every day. Default: 26 July 2024, which
    /// Llama 3.1's own template takes where it is told none.
    /// </summary>
    public DateOnly Date { get; init; } = new(2024, 7, 26);

    internal void Validate()
    {
        Require(Format is null || Enum.IsDefined(Format.Value), nameof(Format), "is no format that there is", Format);
        Require(Enum.IsDefined(Loss), nameof(Loss), "is nothing that can be learned", Loss);
        Require(MaxLength >= 2, nameof(MaxLength), "must be at least 2", MaxLength);
        Require(ValidationShare is >= 0 and < 1, nameof(ValidationShare), "must be from 0 to below 1", ValidationShare);
        Require(NearDuplicateSimilarity is > 0 and <= 1, nameof(NearDuplicateSimilarity), "must be above 0 and at most 1", NearDuplicateSimilarity);
    }

    private static void Require(bool holds, string name, string reason, object? value)
    {
        if (!holds)
        {
            throw ExceptionFactory.Option(name, reason, $"{value}");
        }
    }
}
