using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>One of an application's models.</summary>
internal sealed class NamedModelSource(LocalModels models, string name) : IModelSource
{
    public string DefaultModel => name;

    public ValueTask<ModelUse> UseAsync(ModelDemand demand, CancellationToken cancellationToken) =>
        demand.Model is null || string.Equals(demand.Model, name, StringComparison.Ordinal)
            ? models.UseAsync(demand with { Model = name }, cancellationToken)
            : throw ExceptionFactory.ModelUnknown(demand.Model, [name]);
}
