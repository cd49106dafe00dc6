namespace LocalInference;

/// <summary>A fixed list of models. Names are compared without regard to case. Immutable.</summary>
public sealed class ModelList : IModelResolver
{
    private readonly Dictionary<string, ModelLocation> _byName;

    /// <summary>Takes a list.</summary>
    /// <param name="models">The models.</param>
    /// <exception cref="ArgumentException">Two have the same name.</exception>
    public ModelList(params IEnumerable<ModelLocation> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        _byName = models.ToDictionary(static model => model.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public ValueTask<ModelLocation?> FindAsync(string name, CancellationToken cancellationToken) => new(_byName.GetValueOrDefault(name));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ModelLocation>> ListAsync(CancellationToken cancellationToken) => new([.. _byName.Values]);
}
