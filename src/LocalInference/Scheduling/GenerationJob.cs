using System.Threading.Channels;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// A request on its way through the engine: what to generate, and the channel its tokens come back on. The engine thread
/// writes and never waits: the channel has room for every token that the context can hold.
/// </summary>
internal sealed class GenerationJob
{
    private readonly Channel<TokenEvent> _events;
    private volatile bool _cancelled;

    public GenerationJob(int[] prompt, GenerationOptions options, StopSequences stops, int contextLength)
    {
        Prompt = prompt;
        Options = options;
        Stops = stops;

        // The tokens, and the end. The array behind it grows only as far as the reader falls behind.
        _events = Channel.CreateBounded<TokenEvent>(new BoundedChannelOptions(contextLength + 1)
        {
            SingleReader = true,
            SingleWriter = true,
        });
    }

    public int[] Prompt { get; }

    public GenerationOptions Options { get; }

    public StopSequences Stops { get; }

    /// <summary>Set before the channel is completed.</summary>
    public GenerationUsage? Usage { get; private set; }

    public bool IsCancelled => _cancelled;

    public ChannelReader<TokenEvent> Events => _events.Reader;

    /// <summary>Asks the engine to stop; <see cref="InferenceEngine.Cancel"/> also interrupts a running computation.</summary>
    public void MarkCancelled() => _cancelled = true;

    public void Write(in TokenEvent token) => _events.Writer.TryWrite(token);

    public void Finish(FinishReason reason, GenerationUsage usage)
    {
        Usage = usage;
        _events.Writer.TryWrite(TokenEvent.End(reason));
        _events.Writer.TryComplete();
    }

    public void Fail(Exception reason) => _events.Writer.TryComplete(reason);
}
