using LocalInference.Abstractions;

namespace LocalInference;

/// <content>Who gets memory, and who gives it up.</content>
public sealed partial class ModelHost
{
    // Free memory of the host when no model was loaded. Mapped weights count as free for the system, though a model without them in
    // memory is no good; so what loaded models take is counted against this.
    private long _hostBytes;

    // What is longer than a task's timer takes, 49 days, has no end.
    private TimeSpan MemoryTimeout => _options.MemoryTimeout > TimeSpan.FromDays(49) ? Timeout.InfiniteTimeSpan : _options.MemoryTimeout;

    private async Task<MemoryPlan> ReserveAsync(ModelSlot slot)
    {
        // The first look loads llama.cpp and tries its backends, which may take minutes; nobody is to wait for that at the gate.
        _ = _memory();
        lock (_gate)
        {
            _waiting.Add(slot);
            Pump();
            if (!slot.Room.Task.IsCompleted)
            {
                _counters = _counters with { Waits = _counters.Waits + 1 };
            }
        }

        try
        {
            return await slot.Room.Task.WaitAsync(MemoryTimeout, _time, slot.Abandonment.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lock (_gate)
            {
                _waiting.Remove(slot);
                return slot.Memory ?? throw NoRoom(slot);
            }
        }
    }

    // The first in line that does not fit keeps the others from taking what is being freed for it. When nothing can be freed, because the
    // rest is in use, those behind it may go ahead.
    private void Pump()
    {
        foreach (ModelSlot slot in _waiting.Where(static slot => !slot.Abandonment.IsCancellationRequested).ToArray())
        {
            try
            {
                if (TryReserve(slot))
                {
                    continue;
                }
            }
            catch (Exception e)
            {
                _waiting.Remove(slot);
                slot.Room.TrySetException(e);
                continue;
            }

            if (_all.Exists(static other => other.State == ModelState.Closing))
            {
                return;
            }

            if (LeastRecentlyUsed() is { } idle)
            {
                idle.Retirement ??= ModelChange.Evicted;
                Close(idle);
                return;
            }
        }
    }

    private bool TryReserve(ModelSlot slot)
    {
        MachineMemory now = _memory();
        List<ModelSlot> holders = _all.FindAll(static other => other.Memory is not null);
        if (holders.Count == 0)
        {
            _hostBytes = now.Host.FreeBytes;
        }

        (PreparedModel prepared, MemoryPlan best) = PlanAlone(slot, RoomLedger.Emptied(now, holders, _hostBytes));
        if (best.TotalBytes > _options.MemoryBudgetBytes)
        {
            throw ExceptionFactory.ModelMemory(prepared.Demand.Name, best.TotalBytes, _options.MemoryBudgetBytes, "Load it with a smaller ContextLength, or raise MemoryBudgetBytes.");
        }

        if (holders.Count >= _options.MaxLoadedModels)
        {
            return false;
        }

        MemoryPlan? plan = holders.Count == 0 ? best : PlanBeside(prepared, best, RoomLedger.Remaining(now, holders, _hostBytes));
        if (plan is null || ByteSum.Of([plan.TotalBytes, .. holders.Select(static other => other.Memory!.TotalBytes)]) > _options.MemoryBudgetBytes)
        {
            return false;
        }

        slot.Prepared = prepared;
        slot.Memory = plan;
        slot.State = ModelState.Loading;
        _waiting.Remove(slot);
        slot.Room.TrySetResult(plan);
        return true;
    }

    // What it would get with no other model there is what it is to get.
    private static (PreparedModel Prepared, MemoryPlan Best) PlanAlone(ModelSlot slot, MachineMemory machine)
    {
        PreparedModel prepared = slot.Prepared!;
        MemoryPlan best = MemoryPlanner.Plan(prepared.Demand, machine);
        if (slot.ContextWanted() is { } wanted && wanted > best.ContextLength)
        {
            prepared = prepared with { Options = prepared.Options with { ContextLength = wanted } };
            best = MemoryPlanner.Plan(prepared.Demand, machine);
        }

        return (prepared, best);
    }

    private static MemoryPlan? PlanBeside(PreparedModel prepared, MemoryPlan best, MachineMemory machine)
    {
        try
        {
            MemoryPlan plan = MemoryPlanner.Plan((prepared with { Options = prepared.Options with { ContextLength = best.ContextLength } }).Demand, machine);
            return plan.GpuLayers >= best.GpuLayers && plan.BatchSize >= best.BatchSize && (best.LeavesWeightsInFile || !plan.LeavesWeightsInFile) ? plan : null;
        }
        catch (ModelMemoryException)
        {
            return null;
        }
    }

    private ModelSlot? LeastRecentlyUsed() =>
        _all.Where(static slot => slot is { State: ModelState.Ready, Users: 0, IsPinned: false }).MinBy(static slot => slot.LastUse);

    private ModelMemoryException NoRoom(ModelSlot slot)
    {
        MachineMemory now = _memory();
        List<ModelSlot> holders = _all.FindAll(static other => other.Memory is not null);
        MemoryPlan best = PlanAlone(slot, RoomLedger.Emptied(now, holders, _hostBytes)).Best;
        MachineMemory left = RoomLedger.Remaining(now, holders, _hostBytes);
        long free = ByteSum.Of([left.Host.FreeBytes, .. left.Gpus.Select(static gpu => gpu.FreeBytes)]);
        if (_options.MemoryBudgetBytes is { } budget)
        {
            free = Math.Min(free, ByteSum.Left(budget, ByteSum.Of(holders.Select(static other => other.Memory!.TotalBytes))));
        }

        return ExceptionFactory.ModelMemory(
            $"{slot.Prepared!.Demand.Name} beside {holders.Count} models in use",
            best.TotalBytes,
            free,
            "Try again when they are done, unload one, or give the host more memory.");
    }
}
