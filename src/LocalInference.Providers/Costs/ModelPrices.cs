using System.Collections.Concurrent;

namespace LocalInference.Providers;

/// <summary>What the models cost that requests name: as it is configured, or else as the table says. Safe for concurrent use.</summary>
internal sealed class ModelPrices(ModelNames names, PriceTable table)
{
    /// <summary>Names come from requests; more than these are looked up each time.</summary>
    private const int MaxKnown = 1024;

    private readonly ConcurrentDictionary<string, ModelPrice?> _known = new(StringComparer.Ordinal);

    /// <summary>The price of a model, of a route that of its dearest model; <see langword="null"/>: not known.</summary>
    public ModelPrice? Of(string? name)
    {
        if (name is null)
        {
            return Find(name);
        }

        if (_known.TryGetValue(name, out ModelPrice? known))
        {
            return known;
        }

        ModelPrice? price = Find(name);
        return _known.Count < MaxKnown ? _known.GetOrAdd(name, price) : price;
    }

    private ModelPrice? Find(string? name)
    {
        IReadOnlyList<string> models = names.Models(name);
        return models.Count == 0 ? ModelPrice.Free : models.Select(Single).OfType<ModelPrice>().MaxBy(static price => price.Input + price.Output);
    }

    private ModelPrice? Single(string name)
    {
        ProviderOptions? provider = names.Provider(name, out string model);
        if (provider is null || provider.IsOnThisMachine)
        {
            return ModelPrice.Free;
        }

        model = model.Length > 0 ? model : provider.DefaultModel ?? "";
        return provider.Models.FirstOrDefault(known => known.Name == model)?.Price
            ?? (table.Find(name) ?? table.Find($"{provider.TelemetryName}/{model}"))?.Price;
    }
}
