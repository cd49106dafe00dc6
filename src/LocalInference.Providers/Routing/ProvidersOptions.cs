namespace LocalInference.Providers;

/// <summary>Providers, and the names that stand for several models. Immutable.</summary>
public sealed record ProvidersOptions
{
    /// <summary>The providers; each name once.</summary>
    public IReadOnlyList<ProviderOptions> Providers { get; init; } = [];

    /// <summary>Routes by name. Case does not matter. A route goes before a local model of the same name.</summary>
    public IReadOnlyDictionary<string, ModelRoute> Routes { get; init; } = new Dictionary<string, ModelRoute>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Names whose requests never leave this machine, with <c>*</c> for any characters: <c>qwen3:4b</c>, <c>*:private</c>, <c>notes</c>.
    /// A route is one of them if its name is, or that of any of its models: no fallback gets around it.
    /// </summary>
    public IReadOnlyList<string> LocalOnlyModels { get; init; } = [];

    /// <summary>The model or route of requests that name none; <see langword="null"/>: the local generator's own.</summary>
    public string? DefaultModel { get; init; }

    internal IEnumerable<string> Faults()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (ProviderOptions provider in Providers)
        {
            if (!names.Add(provider.Name))
            {
                yield return $"there are two providers named '{provider.Name}'";
            }

            foreach (string fault in provider.Faults())
            {
                yield return fault;
            }
        }

        foreach ((string name, ModelRoute route) in Routes)
        {
            if (route.Models.Count == 0)
            {
                yield return $"the route '{name}' has no models";
            }

            if (route.OverflowAbove < 0)
            {
                yield return $"OverflowAbove of the route '{name}' must not be negative";
            }

            foreach (string model in route.Models)
            {
                if (Routes.ContainsKey(model) && !string.Equals(model, name, StringComparison.OrdinalIgnoreCase))
                {
                    yield return $"the route '{name}' names the route '{model}'";
                }
            }
        }
    }
}
