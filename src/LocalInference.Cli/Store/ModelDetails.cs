namespace LocalInference.Cli.Store;

/// <summary>What a model is.</summary>
internal sealed record ModelDetails(string? Format, string? Family, string? ParameterSize, string? QuantizationLevel);
