namespace LocalInference;

/// <summary>Tells a pull's listener how far its blobs are, not more often than anybody could see.</summary>
/// <param name="listener">Who listens.</param>
internal sealed class PullProgress(IProgress<StoreProgress>? listener)
{
    // As often as Ollama tells its clients.
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(60);

    private readonly Lock _gate = new();
    private long _last = long.MinValue;

    public void Report(string status) => listener?.Report(new StoreProgress(status));

    public void Report(ManifestLayer blob, long completed)
    {
        if (listener is null)
        {
            return;
        }

        lock (_gate)
        {
            bool isEnd = completed == blob.Size;
            if (_last != long.MinValue && !isEnd && TimeProvider.System.GetElapsedTime(_last) < s_interval)
            {
                return;
            }

            _last = TimeProvider.System.GetTimestamp();
            listener.Report(new StoreProgress($"pulling {blob.Digest.Hex[..12]}") { Digest = blob.Digest.ToString(), Total = blob.Size, Completed = completed });
        }
    }
}
