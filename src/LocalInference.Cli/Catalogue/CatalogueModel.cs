namespace LocalInference.Cli.Catalogue;

/// <summary>A model that can be pulled by a short name.</summary>
internal sealed record CatalogueModel(
    string Name,
    string Source,
    string Page,
    string? Sha256,
    long Size,
    long Parameters,
    string Quantization,
    int ContextLength,
    string License,
    IReadOnlyList<string> Capabilities,
    IReadOnlyList<string> Tasks,
    IReadOnlyList<MemoryNeed> Memory)
{
    private static readonly int[] s_contexts = [4096, 8192, 32_768, 131_072];

    public static CatalogueModel Of(KnownModel model) => new(
        model.Name,
        model.Source,
        model.Page.ToString(),
        model.Sha256,
        model.Bytes,
        model.Parameters,
        model.Quantization,
        model.ContextLength,
        model.License,
        model.Capabilities,
        model.Tasks,
        [.. s_contexts.Where(context => context <= model.ContextLength).DefaultIfEmpty(model.ContextLength).Select(context => new MemoryNeed(context, model.MemoryBytes(context)))]);
}
