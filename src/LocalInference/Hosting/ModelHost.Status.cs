using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <content>What can be seen of the host.</content>
public sealed partial class ModelHost
{
    /// <inheritdoc/>
    /// <remarks>A use that does not wait in the engine's queue counts as a running request, whether the engine computes it at this moment or not.</remarks>
    public IReadOnlyList<LoadedModel> GetLoadedModels()
    {
        lock (_gate)
        {
            return [.. _all.Where(static slot => slot.State == ModelState.Ready).Select(Status)];
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ModelLocation> models = await _models.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. models.Where(static model => File.Exists(model.Path)).Select(ModelFileDescriber.Outline)];
    }

    /// <inheritdoc/>
    public async ValueTask<ModelDescription?> FindModelAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelLocation? location = await _models.FindAsync(model, cancellationToken).ConfigureAwait(false);
        return location is null ? null : await Task.Run(() => ModelFileDescriber.Describe(location), cancellationToken).ConfigureAwait(false);
    }

    private static LoadedModel Status(ModelSlot slot)
    {
        int waiting = Math.Min(slot.Model!.Engine.WaitingRequests, slot.Users);
        return new LoadedModel
        {
            Name = slot.Name,
            SizeInBytes = slot.Memory!.TotalBytes,
            GpuBytes = slot.Memory.GpuBytes,
            ContextLength = slot.Model.ContextLength,
            RunningRequests = slot.Users - waiting,
            WaitingRequests = waiting,
            CacheCells = slot.Model.Engine.CacheCells,
            UsedCacheCells = slot.Model.Engine.Load.UsedCells,
            ExpiresAt = slot.ExpiresAt,
        };
    }

    private void Report(ModelSlot slot, ModelChange change, Exception? error = null)
    {
        long bytes = slot.Memory?.TotalBytes ?? 0;
        if (error is not null)
        {
            Log.LoadFailed(_log, error, slot.Name);
        }
        else if (change == ModelChange.Loaded)
        {
            Log.Loaded(_log, slot.Name, bytes, slot.Memory!.GpuLayers, slot.Memory.LayerCount);
        }
        else
        {
            Log.Unloaded(_log, slot.Name, bytes, change);
        }

        try
        {
            Changed?.Invoke(this, new ModelChangedEventArgs(slot.Name, change, bytes, error));
        }
        catch (Exception e)
        {
            Log.HandlerFailed(_log, e, slot.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(300, LogLevel.Information, "Loaded {Model}: {Bytes} bytes, {GpuLayers} of {Layers} layers on GPUs")]
        public static partial void Loaded(ILogger logger, string model, long bytes, int gpuLayers, int layers);

        [LoggerMessage(301, LogLevel.Information, "Unloaded {Model}, {Bytes} bytes: {Reason}")]
        public static partial void Unloaded(ILogger logger, string model, long bytes, ModelChange reason);

        [LoggerMessage(302, LogLevel.Warning, "Loading {Model} failed")]
        public static partial void LoadFailed(ILogger logger, Exception error, string model);

        [LoggerMessage(303, LogLevel.Error, "Unloading {Model} failed")]
        public static partial void CloseFailed(ILogger logger, Exception error, string model);

        [LoggerMessage(304, LogLevel.Error, "A handler of a change of {Model} failed")]
        public static partial void HandlerFailed(ILogger logger, Exception error, string model);
    }
}
