namespace LocalInference.Server.OpenAI.Responses;

/// <summary>A response that is made while nobody waits for it.</summary>
internal sealed class BackgroundRun(CancellationTokenSource stopping, Func<CancellationToken, Task> run)
{
    private Task? _ended;

    public bool IsRunning => _ended is { IsCompleted: false };

    /// <summary>Begins it.</summary>
    public void Start() => _ended = Task.Run(async () =>
    {
        using (stopping)
        {
            await run(stopping.Token).ConfigureAwait(false);
        }
    });

    /// <summary>Stops it, and waits until it has said so.</summary>
    public async Task StopAsync()
    {
        if (_ended is { IsCompleted: false } ended)
        {
            try
            {
                await stopping.CancelAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // It ended in the meantime.
            }

            await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
