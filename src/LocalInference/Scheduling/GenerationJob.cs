using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// A request as its reader sees it: what to generate, and the queue its tokens come back on. The engine thread writes and
/// never waits: when the queue is full the request is parked until the reader caught up.
/// </summary>
internal sealed class GenerationJob : IDisposable
{
    /// <summary>Tokens that wait for a reader. At 100 tokens per second: 2.5 s.</summary>
    internal const int QueueCapacity = 256;

    private long _written;
    private long _taken;
    private int _parked;
    private volatile bool _cancelled;
    private int _disposed;

    /// <param name="prompt">The tokens.</param>
    /// <param name="options">How to go on.</param>
    /// <param name="stops">What ends it.</param>
    /// <param name="adapters">What it is computed with, acquired for it.</param>
    public GenerationJob(int[] prompt, GenerationOptions options, StopSequences stops, AdapterSet adapters)
    {
        Prompt = prompt;
        Options = options;
        Stops = stops;
        Adapters = adapters;
    }

    public int[] Prompt { get; }

    public GenerationOptions Options { get; }

    public StopSequences Stops { get; }

    public AdapterSet Adapters { get; }

    /// <summary>Tokens that were left out of the prompt.</summary>
    public int DroppedPromptTokens { get; init; }

    /// <summary>
    /// Whether it goes on with an answer of which its reader has a part already: it is not refused because others wait, and goes before them.
    /// </summary>
    public bool Continues { get; init; }

    /// <summary>When it was submitted, as a timestamp of the queue's clock.</summary>
    public long Submitted { get; set; }

    /// <summary>Set before the queue is completed.</summary>
    public GenerationUsage? Usage { get; private set; }

    public bool IsCancelled => _cancelled;

    /// <summary>What is handed over, for its one reader.</summary>
    public TokenQueue Events { get; } = new();

    /// <summary>Whether a parked request may go on: the reader took at least half of what waited for it.</summary>
    public bool HasRoom => Waiting <= QueueCapacity / 2;

    /// <summary>The engine waits for the reader.</summary>
    public bool IsParked
    {
        get => Volatile.Read(ref _parked) != 0;

        // With a full fence, as in Take: either the engine sees that there is room, or the reader that it is to say so.
        set => Interlocked.Exchange(ref _parked, value ? 1 : 0);
    }

    private long Waiting => Volatile.Read(ref _written) - Volatile.Read(ref _taken);

    /// <summary>Called by the reader for each event that it took.</summary>
    /// <returns>Whether the engine waits for this and is to be told.</returns>
    public bool Take()
    {
        Interlocked.Increment(ref _taken);
        return IsParked && HasRoom;
    }

    /// <summary>Asks the engine to stop; <see cref="InferenceEngine.Cancel"/> also interrupts a running computation.</summary>
    public void MarkCancelled() => _cancelled = true;

    /// <summary>Hands over a token; false when the reader is too far behind.</summary>
    public bool TryWrite(in TokenEvent token)
    {
        if (Waiting >= QueueCapacity)
        {
            return false;
        }

        Volatile.Write(ref _written, _written + 1);
        Events.Write(token);
        return true;
    }

    /// <summary>Hands over the end; false when the reader is too far behind.</summary>
    public bool TryFinish(FinishReason reason, GenerationUsage usage)
    {
        Usage = usage;
        if (!TryWrite(TokenEvent.End(reason)))
        {
            return false;
        }

        Events.Complete();
        return true;
    }

    public void Fail(Exception reason) => Events.Complete(reason);

    /// <summary>Gives back the adapters; called by whoever had it last, the engine once it took it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Adapters.Release();
        }
    }
}
