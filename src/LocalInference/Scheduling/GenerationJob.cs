using System.Threading.Channels;
using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// A request on its way through the engine: what to generate, and the channel its tokens come back on. The engine thread
/// writes and never waits.
/// </summary>
internal sealed class GenerationJob
{
    private readonly Channel<TokenEvent> _events;
    private volatile bool _cancelled;

    public GenerationJob(int[] prompt, GenerationOptions options, StopSequences stops)
    {
        Prompt = prompt;
        Options = options;
        Stops = stops;

        // Never more than the context's tokens and the end, so no other bound is needed; a ring of 32 that grows only when the
        // reader falls further behind.
        _events = Channel.CreateUnbounded<TokenEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
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
