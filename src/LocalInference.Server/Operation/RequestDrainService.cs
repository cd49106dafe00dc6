using Microsoft.Extensions.Hosting;

namespace LocalInference.Server.Operation;

/// <summary>
/// Lets requests end before the web server stops listening, so that whoever asks meanwhile gets an answer that says so, and whoever is
/// still answered when the time is over a last event that does.
/// </summary>
internal sealed class RequestDrainService(RequestDrain drain, LocalInferenceServerOptions options) : IHostedLifecycleService
{
    /// <summary>What answers need to tell that they do not go on: the engine ends them between two of its steps.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Task idle = drain.DrainAsync();
        await idle.WaitAsync(options.DrainTimeout, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!idle.IsCompleted)
        {
            await drain.GiveUpAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await idle.WaitAsync(Grace, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
