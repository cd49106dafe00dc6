using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Tells a listener how far blobs are on their way, and how fast, not more often than anybody could see.</summary>
/// <param name="listener">Who listens.</param>
/// <param name="verb">What is done with them, in Ollama's words.</param>
/// <param name="time">Says what time it is.</param>
internal sealed class TransferProgress(IProgress<StoreProgress>? listener, string verb, TimeProvider time)
{
    // As often as Ollama tells its clients.
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(60);

    // What the rate is the mean of, with what lies longer back counting less: long enough that one sees a number and not a flicker.
    private static readonly TimeSpan s_memory = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private BlobDigest? _blob;
    private long _last;
    private long _lastCompleted;
    private double _rate;

    public TransferProgress(IProgress<StoreProgress>? listener, string verb)
        : this(listener, verb, TimeProvider.System)
    {
    }

    public void Report(string status) => listener?.Report(new StoreProgress(status));

    public void Report(ManifestLayer blob, long completed)
    {
        if (listener is null)
        {
            return;
        }

        lock (_gate)
        {
            bool isFirst = _blob != blob.Digest;
            TimeSpan elapsed = isFirst ? TimeSpan.Zero : time.GetElapsedTime(_last);
            if (!isFirst && completed != blob.Size && elapsed < s_interval)
            {
                return;
            }

            Measure(isFirst, elapsed, completed);
            (_blob, _last, _lastCompleted) = (blob.Digest, time.GetTimestamp(), completed);
            listener.Report(new StoreProgress($"{verb} {blob.Digest.Hex[..12]}")
            {
                Digest = blob.Digest.ToString(),
                Total = blob.Size,
                Completed = completed,
                BytesPerSecond = _rate > 0 ? (long)_rate : null,
                TimeLeft = _rate > 0 ? TimeSpan.FromSeconds(Math.Min((blob.Size - completed) / _rate, TimeSpan.MaxValue.TotalSeconds / 2)) : null,
            });
        }
    }

    // What lay there from an earlier time has not come at any rate; and what begins anew goes back.
    private void Measure(bool isFirst, TimeSpan elapsed, long completed)
    {
        if (isFirst)
        {
            _rate = 0;
        }
        else if (elapsed > TimeSpan.Zero)
        {
            double rate = Math.Max(0, completed - _lastCompleted) / elapsed.TotalSeconds;
            _rate = _rate > 0 ? _rate + ((rate - _rate) * Math.Min(1, elapsed / s_memory)) : rate;
        }
    }
}
