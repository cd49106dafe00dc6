using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>How samples are made of seeds. Immutable.</summary>
public sealed record SynthesisOptions
{
    /// <summary>
    /// What a model is asked for each sample, as a Jinja template: <c>Write a question about {{ text }} and its answer.</c> Its variables
    /// are the fields of the seed, which each seed must have; <c>seed</c>, all of them as a map, for those that a seed may lack;
    /// <c>number</c>, which of the seed's samples it is, from 1; and <c>count</c>, how many there are. The schema of the answer is told to
    /// the model besides.
    /// </summary>
    public required string Template { get; init; }

    /// <summary>Samples that are asked for with each seed. From 1 up; default 1.</summary>
    public int SamplesPerSeed { get; init; } = 1;

    /// <summary>The temperature of what makes samples. From 0 up; default 0.8. A judge has 0.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>
    /// Decides, with the prompt and its number, the seed of each request. A model of this machine that was just loaded and is asked one
    /// at a time (<see cref="Parallelism"/>) gives the same samples on a repeat; one that still holds beginnings of other prompts, or
    /// computes several at once, sums in another order and may round to another token. Default: 0.
    /// </summary>
    public int Seed { get; init; }

    /// <summary>The most tokens of an answer, thoughts included; a longer one has failed. From 1 up; default 1024.</summary>
    public int MaxTokens { get; init; } = 1024;

    /// <summary>
    /// JSON schema of an answer: an object with at least the texts <c>question</c> and <c>answer</c>, which become the messages of a
    /// sample; other properties are room to think and left out. Default: these two alone, of any length.
    /// </summary>
    public JsonElement Schema { get; init; } = SynthesisJson.Sample;

    /// <summary>Samples that are asked for at the same time. From 1 to 256; default 4.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>As <see cref="DatasetOptions.NearDuplicateSimilarity"/>, from which on a sample is left out. Default: 0.8.</summary>
    public double NearDuplicateSimilarity { get; init; } = 0.8;

    /// <summary>Who decides which samples are kept; <see langword="null"/>, the default: nobody, and all are.</summary>
    public SynthesisJudge? Judge { get; init; }

    internal void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(Template), nameof(Template), "must not be empty", null);
        Require(SamplesPerSeed >= 1, nameof(SamplesPerSeed), "must be at least 1", SamplesPerSeed);
        Require(float.IsFinite(Temperature) && Temperature >= 0, nameof(Temperature), "must be a number of at least 0", Temperature);
        Require(MaxTokens >= 1, nameof(MaxTokens), "must be at least 1", MaxTokens);
        Require(Parallelism is >= 1 and <= 256, nameof(Parallelism), "must be from 1 to 256", Parallelism);
        Require(NearDuplicateSimilarity is > 0 and <= 1, nameof(NearDuplicateSimilarity), "must be above 0 and at most 1", NearDuplicateSimilarity);
        Require(Has(SynthesisJson.Question) && Has(SynthesisJson.Answer), nameof(Schema), $"must be of an object with the properties {SynthesisJson.Question} and {SynthesisJson.Answer}", null);
        Judge?.Validate();
    }

    /// <summary>What must be the same for a synthesis to go on where another ended.</summary>
    internal string Digest() => DuplicateIndex.Digest(
        [$"{Temperature:R}", $"{Seed}", Schema.GetRawText(), $"{NearDuplicateSimilarity:R}", Judge?.Criterion ?? "", $"{Judge?.LeastScore}"]);

    private bool Has(string name) =>
        Schema.ValueKind == JsonValueKind.Object && RecordJson.Property(Schema, "properties") is { } properties && RecordJson.Property(properties, name) is not null;

    private static void Require(bool holds, string name, string reason, object? value)
    {
        if (!holds)
        {
            throw ExceptionFactory.Option(name, reason, value is null ? null : $"{value}");
        }
    }
}
