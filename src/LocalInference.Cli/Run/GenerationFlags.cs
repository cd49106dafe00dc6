using LocalInference.Abstractions;

namespace LocalInference.Cli.Run;

/// <summary>What the command line says about generating; the rest is the model's own.</summary>
internal sealed record GenerationFlags
{
    public SamplingOverrides Sampling { get; init; } = SamplingOverrides.None;

    public int? MaxTokens { get; init; }

    public IReadOnlyList<string> StopSequences { get; init; } = [];

    public GenerationOptions For(IConversationModel model) => new()
    {
        MaxTokens = MaxTokens ?? model.Defaults.MaxTokens,
        StopSequences = StopSequences.Count > 0 ? StopSequences : model.Defaults.StopSequences,
        Sampling = Sampling.Over(model.Sampling.Over(SamplingOptions.Default)),
    };
}
