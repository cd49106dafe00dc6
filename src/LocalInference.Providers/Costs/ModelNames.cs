using System.IO.Enumeration;

namespace LocalInference.Providers;

/// <summary>Whose the models are that requests name, without asking anybody. Safe for concurrent use.</summary>
internal sealed class ModelNames(ProvidersOptions options)
{
    private readonly Dictionary<string, ModelRoute> _routes = new(options.Routes, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ProviderOptions> _providers = options.Providers.ToDictionary(static provider => provider.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of the models that a name stands for; itself, unless it is a route.</summary>
    public IReadOnlyList<string> Models(string? name)
    {
        name ??= options.DefaultModel;
        return name is null ? [] : _routes.TryGetValue(name, out ModelRoute? route) ? route.Models : [name];
    }

    /// <summary>The provider of a model that is no route's name, and the model's name there; <see langword="null"/>: it is local.</summary>
    public ProviderOptions? Provider(string name, out string model)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && _providers.TryGetValue(name[..slash], out ProviderOptions? provider))
        {
            model = name[(slash + 1)..];
            return provider;
        }

        model = name;
        return null;
    }

    /// <summary>Whether requests for a name must not leave this machine, by <see cref="ProvidersOptions.LocalOnlyModels"/>.</summary>
    public bool IsLocalOnly(string? name)
    {
        name ??= options.DefaultModel;
        return name is not null && options.LocalOnlyModels.Count > 0 && (Fits(name) || Models(name).Any(Fits));
    }

    private bool Fits(string name) => options.LocalOnlyModels.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true));
}
