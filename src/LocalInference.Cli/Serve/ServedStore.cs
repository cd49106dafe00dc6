using LocalInference.Cli.Models;

namespace LocalInference.Cli.Serve;

/// <summary>The models of a store, loaded as the command line says.</summary>
/// <param name="store">The store.</param>
/// <param name="options">How they are loaded.</param>
/// <param name="contextLength">Tokens of context of those that say nothing themselves, where the options say nothing; <see langword="null"/>: what fits.</param>
/// <param name="keepAlive">How long they stay loaded.</param>
internal sealed class ServedStore(ModelStore store, LocalModelOptions options, int? contextLength, TimeSpan keepAlive) : IModelResolver
{
    public async ValueTask<ModelLocation?> FindAsync(string name, CancellationToken cancellationToken) =>
        await store.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } model ? Served(model) : null;

    public async ValueTask<IReadOnlyList<ModelLocation>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(cancellationToken).ConfigureAwait(false)).Select(Served)];

    private ModelLocation Served(ModelLocation model)
    {
        ModelLocation loaded = StoredModelFile.LoadedAs(model, options);
        return loaded with { Options = loaded.Options with { ContextLength = loaded.Options.ContextLength ?? contextLength }, KeepAlive = keepAlive };
    }
}
