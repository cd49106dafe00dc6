using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="ModelRouter.Catalog"/>.</summary>
internal sealed class RoutedModelCatalog(ProvidersOptions options, IModelCatalog? local) : IModelCatalog
{
    private readonly ModelDescription[] _remote = [.. options.Providers.SelectMany(static provider => provider.Models.Select(model => Describe(provider, model)))];

    public async ValueTask<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ModelDescription> models = local is null ? [] : await local.ListModelsAsync(cancellationToken).ConfigureAwait(false);
        List<ModelDescription> all = [.. models, .. _remote];
        return [.. options.Routes.Select(route => Route(route.Key, route.Value, all)), .. all];
    }

    public async ValueTask<ModelDescription?> FindModelAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (options.Routes.FirstOrDefault(route => string.Equals(route.Key, model, StringComparison.OrdinalIgnoreCase)) is { Value: { } found } route)
        {
            // Lists are short of what only the model's file says.
            List<ModelDescription> models = [];
            foreach (string one in found.Models)
            {
                if (await FindOneAsync(one, cancellationToken).ConfigureAwait(false) is { } description)
                {
                    models.Add(description with { Name = one });
                }
            }

            return Route(route.Key, found, models);
        }

        return await FindOneAsync(model, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ModelDescription?> FindOneAsync(string model, CancellationToken cancellationToken) =>
        Array.Find(_remote, remote => string.Equals(remote.Name, model, StringComparison.OrdinalIgnoreCase))
            ?? DescribeUnknown(model)
            ?? (local is null ? null : await local.FindModelAsync(model, cancellationToken).ConfigureAwait(false));

    // A provider has more models than somebody wrote down.
    private ModelDescription? DescribeUnknown(string name) =>
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
        ModelDescription[] models = [.. route.Models.Select(model => all.FirstOrDefault(known => string.Equals(known.Name, model, StringComparison.OrdinalIgnoreCase))).OfType<ModelDescription>()];
        return new()
        {
            Name = name,
            ProviderName = ModelRouter.LocalName,
            Capabilities = models.Length == 0 ? ModelCapabilities.None : models.Select(static model => model.Capabilities).Aggregate(static (a, b) => a & b),
            ContextLength = models.Min(static model => model.ContextLength),
        };
    }
}
