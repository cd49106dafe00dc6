using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Tells a listener how far blobs are on their way, not more often than anybody could see.</summary>
/// <param name="listener">Who listens.</param>
/// <param name="verb">What is done with them, in Ollama's words.</param>
internal sealed class TransferProgress(IProgress<StoreProgress>? listener, string verb)
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
            listener.Report(new StoreProgress($"{verb} {blob.Digest.Hex[..12]}") { Digest = blob.Digest.ToString(), Total = blob.Size, Completed = completed });
        }
    }
}
