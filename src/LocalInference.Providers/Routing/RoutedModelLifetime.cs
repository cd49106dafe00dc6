using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="ModelRouter.Lifetime"/>.</summary>
internal sealed class RoutedModelLifetime(ModelRouter router, IModelLifetime local) : IModelLifetime
{
    public ValueTask LoadAsync(string model, TimeSpan? keepAlive = null, CancellationToken cancellationToken = default) =>
        Local(model) is { } name ? local.LoadAsync(name, keepAlive, cancellationToken) : ValueTask.CompletedTask;

    public ValueTask<bool> UnloadAsync(string model, CancellationToken cancellationToken = default) =>
        Local(model) is { } name ? local.UnloadAsync(name, cancellationToken) : ValueTask.FromResult(false);

    private string? Local(string model)
    {
        using RoutingTable table = router.Hold();
        return table.Planner.Single(model) is { Provider: null, Model: var name } ? name : null;
    }
}
