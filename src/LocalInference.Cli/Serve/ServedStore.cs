using LocalInference.Cli.Models;

namespace LocalInference.Cli.Serve;

/// <summary>The models of a store, loaded as the command line says.</summary>
internal sealed class ServedStore(ModelStore store, LocalModelOptions options, TimeSpan keepAlive) : IModelResolver
{
    public async ValueTask<ModelLocation?> FindAsync(string name, CancellationToken cancellationToken) =>
        await store.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } model ? Served(model) : null;

    public async ValueTask<IReadOnlyList<ModelLocation>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(cancellationToken).ConfigureAwait(false)).Select(Served)];

    private ModelLocation Served(ModelLocation model) => StoredModelFile.LoadedAs(model, options) with { KeepAlive = keepAlive };
}
