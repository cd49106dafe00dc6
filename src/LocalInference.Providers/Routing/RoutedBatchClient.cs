using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="ModelRouter.Batches"/>.</summary>
internal sealed class RoutedBatchClient(ModelRouter router) : IBatchClient
{
    public async ValueTask<BatchStatus> SubmitAsync(IReadOnlyList<BatchRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        using RoutingTable table = router.Hold();
        RemoteProvider? provider = null;
        var named = new List<BatchRequest>(requests.Count);
        foreach (BatchRequest request in requests)
        {
            (string? model, RemoteProvider? own) = table.Planner.Single(request.Request.Model);
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
        using RoutingTable table = router.Hold();
        (RemoteProvider provider, string own) = Split(table, id);
        return Named(provider, await provider.Batches.GetStatusAsync(own, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<BatchStatus> CancelAsync(string id, CancellationToken cancellationToken = default)
    {
        using RoutingTable table = router.Hold();
        (RemoteProvider provider, string own) = Split(table, id);
        return Named(provider, await provider.Batches.CancelAsync(own, cancellationToken).ConfigureAwait(false));
    }

    public async IAsyncEnumerable<BatchResult> ReadResultsAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using RoutingTable table = router.Hold();
        (RemoteProvider provider, string own) = Split(table, id);
        await foreach (BatchResult result in provider.Batches.ReadResultsAsync(own, cancellationToken).ConfigureAwait(false))
        {
            yield return result;
        }
    }

    private static BatchStatus Named(RemoteProvider provider, BatchStatus status) => status with { Id = $"{provider.Options.Name}/{status.Id}" };

    private static (RemoteProvider Provider, string Id) Split(RoutingTable table, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Split('/', 2) is [var name, { Length: > 0 } own] && table.Providers.TryGetValue(name, out RemoteProvider? provider)
            ? (provider, own)
            : throw ExceptionFactory.Batch($"'{id}' names no provider that is configured", "Use the id that submitting it returned.");
    }
}
