namespace LocalInference;

/// <summary>Tells what loaded models leave of a machine's memory, and what it would have without them.</summary>
internal static class RoomLedger
{
    /// <summary>The machine with none of the models on it.</summary>
    /// <param name="now">The machine as it says it is.</param>
    /// <param name="holders">Models that have room.</param>
    /// <param name="hostBytes">Free bytes of the host when no model was loaded.</param>
    public static MachineMemory Emptied(MachineMemory now, List<ModelSlot> holders, long hostBytes)
    {
        long taken = ByteSum.Of(holders.Where(IsLoaded).Select(static slot => slot.Memory!.HostBytes));
        return new MachineMemory(
            now.Host with { FreeBytes = Math.Min(hostBytes, ByteSum.Of(now.Host.FreeBytes, taken)) },
            [.. now.Gpus.Select((gpu, index) => gpu with { FreeBytes = Math.Min(gpu.TotalBytes, ByteSum.Of(gpu.FreeBytes, Taken(holders.Where(IsLoaded), index))) })]);
    }

    /// <summary>The machine with all of the models on it, those included that are still being loaded and have not taken theirs.</summary>
    /// <inheritdoc cref="Emptied"/>
    public static MachineMemory Remaining(MachineMemory now, List<ModelSlot> holders, long hostBytes)
    {
        long taken = ByteSum.Of(holders.Select(static slot => slot.Memory!.HostBytes));
        long coming = ByteSum.Of(holders.Where(static slot => !IsLoaded(slot)).Select(static slot => slot.Memory!.HostBytes));
        return new MachineMemory(
            now.Host with { FreeBytes = Math.Min(ByteSum.Left(hostBytes, taken), ByteSum.Left(now.Host.FreeBytes, coming)) },
            [.. now.Gpus.Select((gpu, index) => gpu with { FreeBytes = ByteSum.Left(gpu.FreeBytes, Taken(holders.Where(static slot => !IsLoaded(slot)), index)) })]);
    }

    private static bool IsLoaded(ModelSlot slot) => slot.State is ModelState.Ready or ModelState.Closing;

    private static long Taken(IEnumerable<ModelSlot> slots, int gpu) =>
        ByteSum.Of(slots.SelectMany(static slot => slot.Memory!.Gpus.Concat(slot.Memory.Draft?.Gpus ?? [])).Where(plan => plan.Index == gpu).Select(static plan => plan.TotalBytes));
}
