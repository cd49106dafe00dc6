using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalInference;

/// <summary>
/// Loads models by name when they are first used, shares them between uses, and unloads them: after their keep-alive, or, the one used
/// longest ago first, when another model needs the memory. A model in use, or one that is to stay, is never unloaded for another; a load
/// for which they leave no room waits for <see cref="ModelHostOptions.MemoryTimeout"/>. Loads of different models run side by side. A
/// file that has changed is loaded again by the next use, while earlier uses go on with the old one.
/// <para>All members are safe for concurrent use. A loaded model that nobody uses costs its memory and a share of one timer. Disposing
/// the host unloads everything: uses that still run end with <see cref="ObjectDisposedException"/>.</para>
/// </summary>
public sealed partial class ModelHost : IModelLifetime, IRuntimeStatus, IModelCatalog, IAsyncDisposable, IDisposable
{
    private readonly IModelResolver _models;
    private readonly ModelHostOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<MachineMemory> _memory;
    private readonly Func<PreparedModel, MemoryPlan, CancellationToken, Task<LocalModel>> _load;
    private readonly ITimer _timer;

    // Guards everything below, and the slots.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ModelSlot> _current = new(StringComparer.Ordinal);
    private readonly List<ModelSlot> _all = [];
    private readonly List<ModelSlot> _waiting = [];
    private ModelHostCounters _counters;
    private long _uses;
    private bool _disposed;

    /// <summary>Makes a host. Nothing is loaded.</summary>
    /// <param name="models">Knows the models; stays the caller's.</param>
    /// <param name="options">How they are kept; <see langword="null"/>: defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public ModelHost(IModelResolver models, ModelHostOptions? options = null)
        : this(models, options ?? new ModelHostOptions(), MachineMemory.Read, ModelLoader.LoadAsync)
    {
    }

    internal ModelHost(IModelResolver models, ModelHostOptions options, Func<MachineMemory> memory, Func<PreparedModel, MemoryPlan, CancellationToken, Task<LocalModel>> load)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxLoadedModels ?? 1, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MemoryBudgetBytes ?? 0, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MemoryTimeout, TimeSpan.Zero, nameof(options));
        _models = models;
        _options = options;
        _time = options.TimeProvider;
        _log = options.LoggerFactory is { } factory ? new TolerantLogger(factory.CreateLogger<ModelHost>()) : NullLogger<ModelHost>.Instance;
        _memory = memory;
        _load = load;
        _timer = _time.CreateTimer(static host => ((ModelHost)host!).CloseExpired(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Raised after each change, on a thread of the pool or of the caller, one at a time for one model. Handlers should be quick, and not wait for the model to be unloaded; what they throw is logged.</summary>
    public event EventHandler<ModelChangedEventArgs>? Changed;

    /// <summary>What the host did so far.</summary>
    public ModelHostCounters Counters
    {
        get
        {
            lock (_gate)
            {
                return _counters;
            }
        }
    }

    /// <summary>Takes a model into use, as it is configured.</summary>
    /// <inheritdoc cref="AcquireAsync(string, TimeSpan?, int?, CancellationToken)"/>
    public ValueTask<HostedModel> AcquireAsync(string model, CancellationToken cancellationToken = default) =>
        AcquireAsync(model, keepAlive: null, contextLength: null, cancellationToken);

    /// <summary>Takes a model into use, and loads it if need be: once, however many want it at the same time.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="keepAlive">
    /// How long it is to stay loaded after this use, which replaces what earlier uses said; as
    /// <see cref="ModelHostOptions.KeepAlive"/>. <see langword="null"/>: as earlier uses of this load said, or else as it is configured.
    /// </param>
    /// <param name="contextLength">
    /// Tokens that prompt and answer need together; a model that was loaded with fewer is loaded again, with as many as it was made for at
    /// most. <see langword="null"/>: as it is configured.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; a load that nobody else waits for is given up.</param>
    /// <returns>The model; dispose it to end the use.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model, or no file of it.</exception>
    /// <exception cref="ModelUnsupportedException">The file is no model, or one that the engine cannot run.</exception>
    /// <exception cref="ModelMemoryException">It does not fit, or models in use left it no room for too long.</exception>
    /// <exception cref="NativeLibraryException">llama.cpp could not be loaded.</exception>
    /// <exception cref="BusyException">It is being loaded, and as many wait for it as may: those whom it computes at once and <see cref="LocalModelOptions.QueueLimit"/>.</exception>
    /// <exception cref="GenerationException">An option is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<HostedModel> AcquireAsync(string model, TimeSpan? keepAlive, int? contextLength, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (contextLength < 1)
        {
            throw ExceptionFactory.Option(nameof(contextLength), "must be at least 1", $"{contextLength}", "1");
        }

        cancellationToken.ThrowIfCancellationRequested();
        ModelLocation location = await ResolveAsync(model, cancellationToken).ConfigureAwait(false);
        FileStamp stamp = FileStamp.Of(location.Path);
        long started = _time.GetTimestamp();
        ModelSlot slot = Take(location, stamp, keepAlive, contextLength, out bool isLoaded);
        try
        {
            LocalModel loaded = await slot.Ready.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new HostedModel(location, loaded, isLoaded ? TimeSpan.Zero : _time.GetElapsedTime(started), () => Release(slot));
        }
        catch
        {
            Release(slot);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask LoadAsync(string model, TimeSpan? keepAlive = null, CancellationToken cancellationToken = default) =>
        (await AcquireAsync(model, keepAlive, contextLength: null, cancellationToken).ConfigureAwait(false)).Dispose();

    /// <inheritdoc/>
    public async ValueTask<bool> UnloadAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);

        // A model that is no longer listed can still be loaded.
        string name = (await _models.FindAsync(model, cancellationToken).ConfigureAwait(false))?.Name ?? model;
        Task closed;
        lock (_gate)
        {
            if (!_current.TryGetValue(name, out ModelSlot? slot))
            {
                return false;
            }

            Retire(slot, ModelChange.Unloaded);
            closed = slot.Closed.Task;
        }

        await closed.WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] closed;
        lock (_gate)
        {
            _disposed = true;
            foreach (ModelSlot slot in _all.ToArray())
            {
                slot.Retirement ??= ModelChange.Unloaded;
                if (slot.State == ModelState.Ready)
                {
                    Close(slot);
                }
                else
                {
                    Abandon(slot);
                }
            }

            closed = [.. _all.Select(static slot => slot.Closed.Task)];
        }

        await Task.WhenAll(closed).ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<ModelLocation> ResolveAsync(string model, CancellationToken cancellationToken) =>
        await _models.FindAsync(model, cancellationToken).ConfigureAwait(false)
        ?? throw ExceptionFactory.ModelUnknown(model, [.. (await _models.ListAsync(cancellationToken).ConfigureAwait(false)).Select(static known => known.Name)]);
}
