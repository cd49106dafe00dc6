using LocalInference.Abstractions;

namespace LocalInference.Cli.Store;

/// <summary>A model as <c>list --json</c> shows it, with the names that Ollama's interface has for all this.</summary>
internal sealed record ModelReport(string Name, DateTimeOffset ModifiedAt, long Size, string Digest, ModelDetails Details)
{
    public static ModelReport Of(StoredModel model) => new(
        model.Name,
        model.ModifiedAt,
        model.SizeInBytes,
        model.Digest,
        new ModelDetails(model.Format, model.Family, model.ParameterSize, model.Quantization));
}
