using Microsoft.Extensions.Hosting;

namespace LocalInference.Server.Operation;

/// <summary>Lets requests end before the web server stops listening, so that whoever asks meanwhile gets an answer that says so.</summary>
internal sealed class RequestDrainService(RequestDrain drain, LocalInferenceServerOptions options) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken) =>
        await drain.DrainAsync().WaitAsync(options.DrainTimeout, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
