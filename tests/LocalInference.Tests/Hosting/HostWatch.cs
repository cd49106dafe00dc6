namespace LocalInference.Tests.Hosting;

/// <summary>What tests see of a host.</summary>
internal static class HostWatch
{
    /// <summary>The names of the models that are loaded.</summary>
    public static string Loaded(ModelHost host) => string.Join(' ', host.GetLoadedModels().Select(static model => model.Name).Order(StringComparer.Ordinal));

    /// <summary>The next change of this kind.</summary>
    public static Task<ModelChangedEventArgs> Next(ModelHost host, ModelChange change)
    {
        var next = new TaskCompletionSource<ModelChangedEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Changed += (_, e) => _ = e.Change == change && next.TrySetResult(e);
        return next.Task;
    }

    /// <summary>Waits until this is so.</summary>
    public static async Task Until(Func<bool> condition)
    {
        using CancellationTokenSource timeout = new(HostedFiles.Patience);
        while (!condition())
        {
            await Task.Delay(5, timeout.Token);
        }
    }
}
