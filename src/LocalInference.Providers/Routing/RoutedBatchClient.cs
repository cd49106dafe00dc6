using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="ModelRouter.Batches"/>.</summary>
internal sealed class RoutedBatchClient(RoutePlanner planner, IReadOnlyDictionary<string, RemoteProvider> providers) : IBatchClient
{
    public async ValueTask<BatchStatus> SubmitAsync(IReadOnlyList<BatchRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        RemoteProvider? provider = null;
        var named = new List<BatchRequest>(requests.Count);
        foreach (BatchRequest request in requests)
        {
            (string? model, RemoteProvider? own) = planner.Single(request.Request.Model);
            if (own is null)
            {
                throw ExceptionFactory.OptionUnsupported(ModelRouter.LocalName, "batches");
            }

            provider ??= own;
            if (own != provider)
            {
                throw ExceptionFactory.Batch($"its requests go to '{provider.Options.Name}' and '{own.Options.Name}'", "Submit one batch to each.");
            }

            named.Add(request with { Request = request.Request with { Model = model } });
        }

        return provider is null
            ? throw ExceptionFactory.Batch("it has no requests", "Submit at least one.")
            : Named(provider, await provider.Batches.SubmitAsync(named, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<BatchStatus> GetStatusAsync(string id, CancellationToken cancellationToken = default)
    {
        (RemoteProvider provider, string own) = Split(id);
        return Named(provider, await provider.Batches.GetStatusAsync(own, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<BatchStatus> CancelAsync(string id, CancellationToken cancellationToken = default)
    {
        (RemoteProvider provider, string own) = Split(id);
        return Named(provider, await provider.Batches.CancelAsync(own, cancellationToken).ConfigureAwait(false));
    }

    public IAsyncEnumerable<BatchResult> ReadResultsAsync(string id, CancellationToken cancellationToken = default)
    {
        (RemoteProvider provider, string own) = Split(id);
        return provider.Batches.ReadResultsAsync(own, cancellationToken);
    }

    private static BatchStatus Named(RemoteProvider provider, BatchStatus status) => status with { Id = $"{provider.Options.Name}/{status.Id}" };

    private (RemoteProvider Provider, string Id) Split(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Split('/', 2) is [var name, { Length: > 0 } own] && providers.TryGetValue(name, out RemoteProvider? provider)
            ? (provider, own)
            : throw ExceptionFactory.Batch($"'{id}' names no provider that is configured", "Use the id that submitting it returned.");
    }
}
