namespace LocalInference.Abstractions;

/// <summary>Loads and unloads models ahead of requests; without it a model is loaded by the first that needs it. Safe for concurrent use.</summary>
public interface IModelLifetime
{
    /// <summary>Loads a model if it is not loaded.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="keepAlive">As <see cref="GenerationRequest.KeepAlive"/>.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <returns>A task that completes when it is loaded.</returns>
    /// <exception cref="LocalInferenceException">It cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask LoadAsync(string model, TimeSpan? keepAlive = null, CancellationToken cancellationToken = default);

    /// <summary>Unloads a model once the requests that run on it are done; new ones load it anew.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="cancellationToken">Stops waiting for it; it is unloaded all the same.</param>
    /// <returns>Whether it was loaded.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<bool> UnloadAsync(string model, CancellationToken cancellationToken = default);
}
