using System.Collections.Concurrent;
using LocalInference.Server.Http;
using LocalInference.Server.Keys;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary>Runs the batches that have not ended, those of a server before this one too. Safe for concurrent use.</summary>
internal sealed partial class BatchRunner(BatchStore store, CallerKeys keys, TimeProvider time, ILogger log) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _slots = new(store.Options.MaxConcurrentRequests);
    private readonly Dictionary<string, RequestDelegate> _routes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RunningBatch> _running = new(StringComparer.Ordinal);
    private int _isDisposed;

    public BatchStore Store => store;

    /// <summary>The routes that batches may ask.</summary>
    public IReadOnlyCollection<string> Endpoints => _routes.Keys;

    /// <summary>Lets batches ask a route. All are told before the application starts.</summary>
    /// <param name="endpoint">Its path.</param>
    /// <param name="handler">Answers it, failures included.</param>
    public void Serve(string endpoint, RequestDelegate handler) => _routes[endpoint] = handler;

    /// <summary>Begins what has not ended and does not run.</summary>
    public void StartUnfinished()
    {
        foreach (OwnedBatch batch in store.UnfinishedBatches())
        {
            var running = new RunningBatch();
            if (_running.TryAdd(batch.Batch.Id, running))
            {
                running.Ended = Task.Run(() => RunAsync(batch, running));
            }
        }
    }

    /// <summary>Gives a batch up; what is answered stays.</summary>
    public Batch Cancel(string id)
    {
        Batch batch = store.ChangeBatch(
            id,
            one => BatchStatus.HasEnded(one.Status) || one.Status == BatchStatus.Cancelling ? one : one with { Status = BatchStatus.Cancelling, CancellingAt = store.Now() },
            isKept: true).Batch;
        if (_running.TryGetValue(id, out RunningBatch? running))
        {
            running.Cancel();
        }

        return batch;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (store.IsThere)
            {
                StartUnfinished();
            }
        }
        catch (RequestException e)
        {
            Log.Unavailable(log, store.Options.Directory, e.Message);
        }

        return Task.CompletedTask;
    }

    /// <summary>Stops at the first sign of the end: who waits for answers goes before batches, which lose nothing.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Values.Select(static running => running.Ended)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The container knows it by two names, and disposes it for each.
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _stopping.Cancel();
        _stopping.Dispose();
        _slots.Dispose();
    }

    private async Task RunAsync(OwnedBatch batch, RunningBatch running)
    {
        string id = batch.Batch.Id;
        try
        {
            // It was given up before the server ended.
            if (batch.Batch.Status == BatchStatus.Cancelling)
            {
                running.Cancel();
            }

            var work = new BatchWork(batch, store, _routes[batch.Batch.Endpoint], keys, _slots, time);
            await work.RunAsync(running.Cancelled, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The next server goes on.
        }
#pragma warning disable CA1031 // Nobody waits for it. What is answered is kept, and the next server goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Failed(log, e, id);
        }
        finally
        {
            if (!_stopping.IsCancellationRequested)
            {
                _running.TryRemove(id, out _);
            }

            running.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(410, LogLevel.Error, "Batch {Batch} stopped: it goes on when the server is started again")]
        public static partial void Failed(ILogger logger, Exception error, string batch);

        [LoggerMessage(411, LogLevel.Warning, "The batches in {Folder} do not run: {Reason}")]
        public static partial void Unavailable(ILogger logger, string folder, string reason);
    }
}
