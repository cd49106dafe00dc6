using LocalInference.Abstractions;

namespace LocalInference.Cli.Run;

/// <summary>What the command line says about generating; the rest is the model's own.</summary>
internal sealed record GenerationFlags
{
    public SamplingOverrides Sampling { get; init; } = SamplingOverrides.None;

    public int? MaxTokens { get; init; }

    public IReadOnlyList<string> StopSequences { get; init; } = [];

    public GenerationOptions For(IConversationModel model) => For(model.Sampling, model.Defaults);

    /// <summary>For a model of which nothing is known.</summary>
    public GenerationOptions ForAny() => For(SamplingOverrides.None, ModelDefaults.None);

    private GenerationOptions For(SamplingOverrides sampling, ModelDefaults defaults) => new()
    {
        MaxTokens = MaxTokens ?? defaults.MaxTokens,
        StopSequences = StopSequences.Count > 0 ? StopSequences : defaults.StopSequences,
        Sampling = Sampling.Over(sampling.Over(SamplingOptions.Default)),
    };
}
