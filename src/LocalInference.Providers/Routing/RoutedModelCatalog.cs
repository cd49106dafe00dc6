using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="ModelRouter.Catalog"/>.</summary>
internal sealed class RoutedModelCatalog(ModelRouter router, IModelCatalog? local) : IModelCatalog
{
    public async ValueTask<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ModelDescription> models = local is null ? [] : await local.ListModelsAsync(cancellationToken).ConfigureAwait(false);
        ProvidersOptions options = router.Options;
        List<ModelDescription> all = [.. models, .. Remote(options)];
        return [.. options.Routes.Select(route => Route(route.Key, route.Value, all)), .. all];
    }

    public async ValueTask<ModelDescription?> FindModelAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ProvidersOptions options = router.Options;
        if (options.Routes.FirstOrDefault(route => string.Equals(route.Key, model, StringComparison.OrdinalIgnoreCase)) is { Value: { } found } route)
        {
            // Lists are short of what only the model's file says.
            List<ModelDescription> models = [];
            foreach (string one in found.Models)
            {
                if (await FindOneAsync(options, one, cancellationToken).ConfigureAwait(false) is { } description)
                {
                    models.Add(description with { Name = one });
                }
            }

            return Route(route.Key, found, models);
        }

        return await FindOneAsync(options, model, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ModelDescription?> FindOneAsync(ProvidersOptions options, string model, CancellationToken cancellationToken) =>
        Remote(options).FirstOrDefault(remote => string.Equals(remote.Name, model, StringComparison.OrdinalIgnoreCase))
            ?? DescribeUnknown(options, model)
            ?? (local is null ? null : await local.FindModelAsync(model, cancellationToken).ConfigureAwait(false));

    private static IEnumerable<ModelDescription> Remote(ProvidersOptions options) => options.Providers.SelectMany(static provider => provider.Models.Select(model => Describe(provider, model)));

    // A provider has more models than somebody wrote down.
    private static ModelDescription? DescribeUnknown(ProvidersOptions options, string name) =>
        name.Split('/', 2) is [var prefix, { Length: > 0 } model] && options.Providers.FirstOrDefault(provider => string.Equals(provider.Name, prefix, StringComparison.OrdinalIgnoreCase)) is { } provider
            ? Describe(provider, new RemoteModel { Name = model })
            : null;

    private static ModelDescription Describe(ProviderOptions provider, RemoteModel model) => new()
    {
        Name = $"{provider.Name}/{model.Name}",
        ProviderName = provider.TelemetryName,
        Capabilities = model.Capabilities,
        ContextLength = model.ContextLength,
    };

    // A route can do what all of its models can, as far as is known; any of them may have to answer.
    private static ModelDescription Route(string name, ModelRoute route, IReadOnlyList<ModelDescription> all)
    {
        ModelDescription[] models = [.. route.Models.Select(model => all.FirstOrDefault(known => IsName(model, known.Name))).OfType<ModelDescription>()];
        return new()
        {
            Name = name,
            ProviderName = ModelRouter.LocalName,
            Capabilities = models.Length == 0 ? ModelCapabilities.None : models.Select(static model => model.Capabilities).Aggregate(static (a, b) => a & b),
            ContextLength = models.Min(static model => model.ContextLength),

            // Whoever keeps what a route can do sees by it that one of its models came or changed.
            ModifiedAt = models.Max(static model => model.ModifiedAt),
        };
    }

    // Stores list models with the tag that names may leave out.
    private static bool IsName(string name, string known) =>
        known.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (known.Length == name.Length || known[name.Length..].Equals(":latest", StringComparison.OrdinalIgnoreCase));
}
