using LocalInference.Abstractions;

namespace LocalInference;

/// <content>The life of a slot: from the first use to free memory.</content>
public sealed partial class ModelHost
{
    // A timer takes no more than 49 days at once.
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(1);

    // Nobody knows how long a load takes; a large file from a disk takes some of these.
    private static readonly TimeSpan s_retryLoad = TimeSpan.FromSeconds(5);

    private ModelSlot Take(ModelLocation location, FileStamp stamp, TimeSpan? keepAlive, int? contextLength, out bool isLoaded)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_current.TryGetValue(location.Name, out ModelSlot? slot) && !slot.Serves(location, stamp, contextLength))
            {
                Retire(slot, ModelChange.Replaced);
                slot = null;
            }

            if (slot is null)
            {
                slot = new ModelSlot(location, stamp) { KeepAlive = location.KeepAlive ?? _options.KeepAlive };
                _current[location.Name] = slot;
                _all.Add(slot);
                _ = Task.Run(() => RunAsync(slot));
            }

            isLoaded = slot.State == ModelState.Ready;
            if (!isLoaded && slot.Users >= slot.MostWaiting)
            {
                throw ExceptionFactory.Busy(slot.Users, slot.MostWaiting, s_retryLoad);
            }

            slot.Users++;
            slot.LastUse = ++_uses;
            slot.KeepAlive = keepAlive ?? slot.KeepAlive;
            slot.ExpiresAt = null;
            slot.WantedContext = contextLength > (slot.WantedContext ?? 0) ? contextLength : slot.WantedContext;
            _counters = _counters with { Uses = _counters.Uses + 1 };
            return slot;
        }
    }

    private void Release(ModelSlot slot)
    {
        lock (_gate)
        {
            if (--slot.Users > 0)
            {
                return;
            }

            if (slot.State is ModelState.Preparing or ModelState.Loading)
            {
                Abandon(slot);
            }
            else if (slot.State == ModelState.Ready)
            {
                Rest(slot);
            }
        }
    }

    // The last use has ended.
    private void Rest(ModelSlot slot)
    {
        slot.LastUse = ++_uses;
        if (slot.Retirement is not null || slot.KeepAlive == TimeSpan.Zero)
        {
            slot.Retirement ??= ModelChange.Expired;
            Close(slot);
            return;
        }

        slot.ExpiresAt = slot.IsPinned || slot.KeepAlive > DateTimeOffset.MaxValue - _time.GetUtcNow() ? null : _time.GetUtcNow() + slot.KeepAlive;
        Schedule();
        Pump();
    }

    private async Task RunAsync(ModelSlot slot)
    {
        try
        {
            slot.Prepared = ModelLoader.Prepare(slot.Location.Path, slot.Location.Options);
            MemoryPlan memory = await ReserveAsync(slot).ConfigureAwait(false);
            LocalModel model = await _load(slot.Prepared, memory, slot.Abandonment.Token).ConfigureAwait(false);
            lock (_gate)
            {
                slot.Model = model;
                slot.State = ModelState.Ready;
                _counters = _counters with { Loads = _counters.Loads + 1 };
            }

            Report(slot, ModelChange.Loaded);
            slot.Ready.TrySetResult(model);
            lock (_gate)
            {
                // It was given up when it was loaded already.
                if (slot.Abandonment.IsCancellationRequested && slot.State == ModelState.Ready)
                {
                    Close(slot);
                }
            }
        }
        catch (Exception e)
        {
            Fail(slot, e);
        }
    }

    private void Fail(ModelSlot slot, Exception error)
    {
        bool isGivenUp;
        lock (_gate)
        {
            isGivenUp = slot.Abandonment.IsCancellationRequested;
            if (!isGivenUp)
            {
                _counters = _counters with { FailedLoads = _counters.FailedLoads + 1 };
            }

            error = _disposed ? new ObjectDisposedException(nameof(ModelHost)) : error;
            Forget(slot);
            Pump();
        }

        if (!isGivenUp)
        {
            Report(slot, ModelChange.LoadFailed, error);
        }

        slot.Ready.TrySetException(error);

        // Nobody may be waiting, and an error that nobody sees is none.
        _ = slot.Ready.Task.Exception;
        slot.Abandonment.Dispose();
        slot.Closed.TrySetResult();
    }

    /// <summary>New uses load the model anew; this load ends with its last use.</summary>
    private void Retire(ModelSlot slot, ModelChange reason)
    {
        slot.Retirement ??= reason;
        Leave(slot);
        if (slot.State == ModelState.Ready && slot.Users == 0)
        {
            Close(slot);
        }
    }

    private void Abandon(ModelSlot slot)
    {
        Leave(slot);

        // Elsewhere, because whoever waits for the token must not go on inside of the gate.
        if (slot.State is ModelState.Preparing or ModelState.Loading)
        {
            _ = slot.Abandonment.CancelAsync();
        }
    }

    private void Close(ModelSlot slot)
    {
        slot.State = ModelState.Closing;
        slot.ExpiresAt = null;
        Leave(slot);
        _ = Task.Run(() => CloseAsync(slot));
    }

    private async Task CloseAsync(ModelSlot slot)
    {
        ModelChange reason = slot.Retirement ?? ModelChange.Unloaded;

        // Nobody is told of its end before its beginning.
        LocalModel model = await slot.Ready.Task.ConfigureAwait(false);
        try
        {
            await model.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.CloseFailed(_log, e, slot.Name);
        }

        lock (_gate)
        {
            _counters = reason switch
            {
                ModelChange.Expired => _counters with { Expirations = _counters.Expirations + 1 },
                ModelChange.Evicted => _counters with { Evictions = _counters.Evictions + 1 },
                ModelChange.Replaced => _counters with { Replacements = _counters.Replacements + 1 },
                _ => _counters with { Unloads = _counters.Unloads + 1 },
            };
            Forget(slot);
            Pump();
        }

        Report(slot, reason);

        slot.Abandonment.Dispose();
        slot.Closed.TrySetResult();
    }

    private void CloseExpired()
    {
        lock (_gate)
        {
            DateTimeOffset now = _time.GetUtcNow();
            foreach (ModelSlot slot in _all.FindAll(slot => slot.State == ModelState.Ready && slot.ExpiresAt <= now))
            {
                slot.Retirement ??= ModelChange.Expired;
                Close(slot);
            }

            Schedule();
        }
    }

    private void Schedule()
    {
        if (_disposed)
        {
            return;
        }

        DateTimeOffset? next = _all.Min(static slot => slot.ExpiresAt);
        TimeSpan due = next is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(Math.Clamp((next.Value - _time.GetUtcNow()).Ticks, 0, s_longestTimer.Ticks));
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void Leave(ModelSlot slot)
    {
        if (_current.TryGetValue(slot.Name, out ModelSlot? current) && current == slot)
        {
            _current.Remove(slot.Name);
        }
    }

    private void Forget(ModelSlot slot)
    {
        slot.State = ModelState.Gone;
        Leave(slot);
        _all.Remove(slot);
        _waiting.Remove(slot);
    }
}
