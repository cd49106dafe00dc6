namespace LocalInference;

/// <summary>Where a <see cref="ModelStore"/> lies. Immutable.</summary>
public sealed record ModelStoreOptions
{
    /// <summary>
    /// The folder of the models, which need not be there yet. <see langword="null"/>: <c>LOCALINFERENCE_MODELS</c>, else
    /// <c>OLLAMA_MODELS</c>, else <c>.localinference/models</c> in the user's home.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>
    /// Further folders whose models can be used and are never changed. <see langword="null"/>: Ollama's own, <c>.ollama/models</c> in the
    /// user's home.
    /// </summary>
    public IReadOnlyList<string>? ReadOnlyDirectories { get; init; }

    /// <summary>Which models can be pulled by a short name. <see langword="null"/>: <see cref="ModelCatalogue.BuiltIn"/>.</summary>
    public ModelCatalogue? Catalogue { get; init; }

    /// <summary>Reads a variable of the environment.</summary>
    internal Func<string, string?> Variables { get; init; } = Environment.GetEnvironmentVariable;

    internal StoreRoot[] ToRoots(string home)
    {
        string own = Directory
            ?? NotEmpty(Variables("LOCALINFERENCE_MODELS"))
            ?? NotEmpty(Variables("OLLAMA_MODELS"))
            ?? Path.Combine(home, ".localinference", "models");
        StoreRoot root = new(own, isWritable: true);
        IEnumerable<StoreRoot> others = (ReadOnlyDirectories ?? [Path.Combine(home, ".ollama", "models")]).Select(static folder => new StoreRoot(folder, isWritable: false));
        return [root, .. others.Where(other => other.Folder != root.Folder)];
    }

    private static string? NotEmpty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
