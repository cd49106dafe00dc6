using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>One model that somebody else has loaded and will dispose.</summary>
internal sealed class SingleModelSource(LocalModel model, string name) : IModelSource
{
    public string DefaultModel => name;

    public ValueTask<ModelUse> UseAsync(ModelDemand demand, CancellationToken cancellationToken) =>
        demand.Model is null || string.Equals(demand.Model, name, StringComparison.Ordinal)
            ? new(new ModelUse(model, name, SamplingOverrides.None, ModelDefaults.None, TimeSpan.Zero, release: null))
            : throw ExceptionFactory.ModelUnknown(demand.Model, [name]);
}
