using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Finds the model for a request, and loads it if need be. Safe for concurrent use.</summary>
internal interface IModelSource
{
    /// <summary>The model of requests that name none; <see langword="null"/>: they have to.</summary>
    string? DefaultModel { get; }

    /// <summary>Takes a model into use.</summary>
    /// <exception cref="LocalInferenceException">There is no such model, or it cannot be loaded as wanted.</exception>
    ValueTask<ModelUse> UseAsync(ModelDemand demand, CancellationToken cancellationToken);
}
