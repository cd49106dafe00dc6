namespace LocalInference.Providers;

/// <summary>The models that requests name, and their prices, as one configuration has them: a request is counted by those that it began with.</summary>
internal sealed class PricedModels
{
    private readonly ModelPrices _prices;

    public PricedModels(ProvidersOptions providers, PriceTable table)
    {
        Names = new ModelNames(providers);
        _prices = new ModelPrices(Names, table);
    }

    public ModelNames Names { get; }

    /// <summary>The price of a model, of a route that of its dearest model; <see langword="null"/>: not known.</summary>
    public ModelPrice? PriceOf(string? model) => _prices.Of(model);
}
