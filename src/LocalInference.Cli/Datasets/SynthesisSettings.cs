using LocalInference.Training;

namespace LocalInference.Cli.Datasets;

/// <summary>How <c>dataset synthesize</c> was called.</summary>
/// <param name="Model">Who makes samples.</param>
/// <param name="Options">How, but for the judge.</param>
/// <param name="Judge">Who judges them; <see langword="null"/>: nobody.</param>
/// <param name="Criterion">What they have to meet; <see langword="null"/>: the default.</param>
/// <param name="LeastScore">The least score; <see langword="null"/>: the default.</param>
internal sealed record SynthesisSettings(string Model, SynthesisOptions Options, string? Judge, string? Criterion, int? LeastScore);
