namespace LocalInference.Abstractions;

/// <summary>What models there are. Implementations are safe for concurrent use.</summary>
public interface IModelCatalog
{
    /// <summary>The models that requests can name.</summary>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <returns>One description for each; what would take reading a whole file may be left out.</returns>
    /// <exception cref="LocalInferenceException">The models cannot be listed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken = default);

    /// <summary>All that is known of one model. It is not loaded for that.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The description, or <see langword="null"/> if there is no such model.</returns>
    /// <exception cref="LocalInferenceException">The model is there and cannot be described.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<ModelDescription?> FindModelAsync(string model, CancellationToken cancellationToken = default);
}
