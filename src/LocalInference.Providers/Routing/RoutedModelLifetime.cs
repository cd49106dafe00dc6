using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="ModelRouter.Lifetime"/>.</summary>
internal sealed class RoutedModelLifetime(RoutePlanner planner, IModelLifetime local) : IModelLifetime
{
    public ValueTask LoadAsync(string model, TimeSpan? keepAlive = null, CancellationToken cancellationToken = default) =>
        planner.Single(model) is { Provider: null, Model: { } name } ? local.LoadAsync(name, keepAlive, cancellationToken) : ValueTask.CompletedTask;

    public ValueTask<bool> UnloadAsync(string model, CancellationToken cancellationToken = default) =>
        planner.Single(model) is { Provider: null, Model: { } name } ? local.UnloadAsync(name, cancellationToken) : ValueTask.FromResult(false);
}
