using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// One model of an application: not loaded, loading, or loaded and used by so many. When nobody uses it any more its time runs, and
/// at the end it is unloaded. Safe for concurrent use.
/// </summary>
internal sealed class ModelSlot(string name, RegisteredModel registered, LocalTextGeneratorOptions options) : IModelSource, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<LocalModel>? _load;
    private TaskCompletionSource? _unloading;
    private ITimer? _expiry;
    private DateTimeOffset? _expiresAt;
    private int _uses;
    private int _turn;
    private bool _disposed;

    public string DefaultModel => name;

    /// <summary>The model as it is now; <see langword="null"/>: it is not loaded.</summary>
    public LoadedModel? Status
    {
        get
        {
            lock (_lock)
            {
                return _load is { IsCompletedSuccessfully: true, Result: var model }
                    ? new LoadedModel { Name = name, SizeInBytes = model.Info.SizeInBytes, ContextLength = model.ContextLength, RunningRequests = _uses, ExpiresAt = _expiresAt }
                    : null;
            }
        }
    }

    public async ValueTask<ModelUse> UseAsync(ModelDemand demand, CancellationToken cancellationToken)
    {
        if (demand.Model is { } wanted && wanted != name)
        {
            throw ExceptionFactory.ModelUnknown(wanted, [name]);
        }

        (Task<LocalModel> load, bool isFirst) = Take();
        long begun = options.TimeProvider.GetTimestamp();
        try
        {
            LocalModel model = await load.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new ModelUse(model, name, registered.Sampling, isFirst ? options.TimeProvider.GetElapsedTime(begun) : TimeSpan.Zero, () => Release(demand.KeepAlive ?? registered.KeepAlive));
        }
        catch
        {
            Release(registered.KeepAlive);
            throw;
        }
    }

    /// <summary>Unloads it when nobody uses it; true if it was loaded.</summary>
    public async ValueTask<bool> UnloadAsync(CancellationToken cancellationToken)
    {
        Task unloaded;
        lock (_lock)
        {
            if (_load is null)
            {
                return false;
            }

            _unloading ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            unloaded = _unloading.Task;
            if (_uses == 0)
            {
                Unload();
            }
        }

        await unloaded.WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        Task<LocalModel>? load;
        lock (_lock)
        {
            _disposed = true;
            load = _load;
            _load = null;
            _expiry?.Dispose();
        }

        // Requests that still run end with ObjectDisposedException, as on a model that is disposed under them.
        await DisposeAsync(load).ConfigureAwait(false);
    }

    private (Task<LocalModel> Load, bool IsFirst) Take()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(LocalModel));
            StopClock();
            _uses++;

            // A load that failed is tried anew: the file may be there now, or the memory.
            bool isFirst = _load is null or { IsFaulted: true } or { IsCanceled: true };
            if (isFirst)
            {
                LocalModelOptions how = registered.Options with { LoggerFactory = registered.Options.LoggerFactory ?? options.LoggerFactory };
                _load = LocalModel.LoadAsync(registered.Path, how);
            }

            return (_load!, isFirst);
        }
    }

    private void Release(TimeSpan keepAlive)
    {
        lock (_lock)
        {
            if (--_uses > 0 || _load is null || _disposed)
            {
                return;
            }

            if (_unloading is not null || keepAlive == TimeSpan.Zero || _load.IsFaulted)
            {
                Unload();
            }
            else if (keepAlive != Timeout.InfiniteTimeSpan)
            {
                _expiresAt = options.TimeProvider.GetUtcNow() + keepAlive;
                int turn = _turn;
                _expiry = options.TimeProvider.CreateTimer(_ => Expire(turn), state: null, keepAlive, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Expire(int turn)
    {
        lock (_lock)
        {
            // A timer that fired while a request came in has nothing to say any more.
            if (turn == _turn)
            {
                Unload();
            }
        }
    }

    private void Unload()
    {
        StopClock();
        Task<LocalModel>? load = _load;
        TaskCompletionSource? unloading = _unloading;
        _load = null;
        _unloading = null;
        _ = FinishAsync();

        async Task FinishAsync()
        {
            await DisposeAsync(load).ConfigureAwait(false);
            unloading?.SetResult();
        }
    }

    private void StopClock()
    {
        _expiry?.Dispose();
        _expiry = null;
        _expiresAt = null;
        _turn++;
    }

    private static async Task DisposeAsync(Task<LocalModel>? load)
    {
        if (load is null)
        {
            return;
        }

        await ((Task)load).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        if (load.IsCompletedSuccessfully)
        {
            await load.Result.DisposeAsync().ConfigureAwait(false);
        }
    }
}
