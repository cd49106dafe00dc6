namespace LocalInference.Server.OpenAI.Batches;

/// <summary>A batch that runs.</summary>
internal sealed class RunningBatch : IDisposable
{
    private readonly CancellationTokenSource _cancelled = new();

    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>Completes when it runs no more, and never fails.</summary>
    public Task Ended { get; set; } = Task.CompletedTask;

    public void Cancel()
    {
        try
        {
            _cancelled.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in the meantime.
        }
    }

    public void Dispose() => _cancelled.Dispose();
}
