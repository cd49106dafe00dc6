using System.Threading.Channels;
using LocalInference.Abstractions;

namespace LocalInference.Server.Ollama;

/// <summary>
/// Reports of a store on their way to a client. Of those that follow each other about one blob only the last waits, so that a slow reader
/// neither holds up a download nor fills the memory. Reports may come from any thread; one reads.
/// </summary>
internal sealed class ProgressQueue : IProgress<StoreProgress>
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private List<StoreProgress> _waiting = [];

    public void Report(StoreProgress value)
    {
        lock (_gate)
        {
            if (_waiting is [.., var last] && last.Status == value.Status && last.Digest == value.Digest)
            {
                _waiting[^1] = value;
            }
            else
            {
                _waiting.Add(value);
            }
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>There will be no more.</summary>
    /// <param name="failure">Why, if it is not the end; the reader gets it.</param>
    public void Complete(Exception? failure) => _signal.Writer.TryComplete(failure);

    /// <summary>Waits for reports.</summary>
    /// <returns>Those that wait; <see langword="null"/>: there are no more.</returns>
    public async ValueTask<IReadOnlyList<StoreProgress>?> TakeAsync()
    {
        while (await _signal.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            _signal.Reader.TryRead(out _);
            lock (_gate)
            {
                if (_waiting.Count > 0)
                {
                    List<StoreProgress> taken = _waiting;
                    _waiting = [];
                    return taken;
                }
            }
        }

        return null;
    }
}
