using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Knows which file a name stands for. Implementations are safe for concurrent use and quick: every request asks.</summary>
public interface IModelResolver
{
    /// <summary>Finds a model.</summary>
    /// <param name="name">As the request has it.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>Where it is, or <see langword="null"/> if there is no such model.</returns>
    /// <exception cref="LocalInferenceException">It is there, and something is wrong with it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<ModelLocation?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>All models, each once.</summary>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <exception cref="LocalInferenceException">They cannot be listed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<IReadOnlyList<ModelLocation>> ListAsync(CancellationToken cancellationToken);
}
