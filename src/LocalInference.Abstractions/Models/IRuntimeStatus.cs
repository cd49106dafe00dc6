namespace LocalInference.Abstractions;

/// <summary>What is loaded at present, and how busy it is. Implementations are safe for concurrent use and answer at once.</summary>
public interface IRuntimeStatus
{
    /// <summary>The models in memory.</summary>
    /// <returns>One for each, as they are at this moment.</returns>
    IReadOnlyList<LoadedModel> GetLoadedModels();
}
