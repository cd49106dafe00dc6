using System.Threading.Channels;
using LocalInference.Abstractions;
using LocalInference.Server.Http;

namespace LocalInference.Server.Generation;

/// <summary>Several answers that are made at the same time and sent in one stream.</summary>
internal sealed class RunningAnswers : IAsyncDisposable
{
    /// <summary>
    /// Answers that one request may ask for: half of those that wait for a model as it is loaded by default
    /// (<c>LocalModelOptions.QueueLimit</c>, 512), so that it finds a place beside others.
    /// </summary>
    public const int Most = 256;

    /// <summary>Answers that one prompt may get.</summary>
    public const int MostOfEach = 128;

    // Events that wait to be written; an engine that is ahead of a slow reader waits too.
    private const int MostWaiting = 64;

    private readonly List<RunningAnswer> _answers = [];

    public IReadOnlyList<RunningAnswer> All => _answers;

    /// <summary>Refuses more answers than would ever find a place: who asked for them would be told to come again for ever.</summary>
    /// <param name="prompts">How many prompts there are.</param>
    /// <param name="answersOfEach">How many answers each is to get.</param>
    /// <exception cref="RequestException">They are too many.</exception>
    public static void Check(int prompts, int answersOfEach)
    {
        long all = (long)prompts * answersOfEach;
        if (all > Most)
        {
            throw RequestException.Bad($"prompt asks for {all} answers ({prompts} prompts, n {answersOfEach}), and a request may ask for {Most}: send several requests", "prompt");
        }
    }

    /// <summary>One request for each answer to a prompt; with a seed, each has its own.</summary>
    public static IEnumerable<GenerationRequest> RequestsOf(GenerationRequest request, int count)
    {
        for (int i = 0; i < count; i++)
        {
            yield return request with { Sampling = request.Sampling with { Seed = request.Sampling.Seed + (uint)i } };
        }
    }

    /// <summary>Begins them all; none runs if one cannot.</summary>
    /// <param name="requests">Their requests.</param>
    /// <param name="begin">Begins one.</param>
    public static async Task<RunningAnswers> BeginAsync(IEnumerable<GenerationRequest> requests, Func<GenerationRequest, Task<RunningAnswer>> begin)
    {
        var answers = new RunningAnswers();
        try
        {
            foreach (GenerationRequest request in requests)
            {
                answers._answers.Add(await begin(request).ConfigureAwait(false));
            }

            return answers;
        }
        catch
        {
            await answers.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads them all to their ends.</summary>
    public Task<CollectedAnswer[]> CollectAsync() => Task.WhenAll(_answers.Select(CollectedAnswer.ReadAsync));

    /// <summary>Sends their events as they come.</summary>
    /// <param name="write">Writes an event of the answer with this number into the stream.</param>
    /// <param name="stream">The stream.</param>
    public async Task SendAsync(Action<int, GenerationEvent> write, EventStream stream)
    {
        if (_answers is [var only])
        {
            await only.SendAsync(e => write(0, e), stream).ConfigureAwait(false);
            return;
        }

        using var stopping = new CancellationTokenSource();
        Channel<(int Index, GenerationEvent Event)> events = Channel.CreateBounded<(int, GenerationEvent)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
        Task reading = ReadAllAsync(events.Writer, stopping.Token);
        try
        {
            while (await events.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (!stream.IsFull && events.Reader.TryRead(out (int Index, GenerationEvent Event) next))
                {
                    write(next.Index, next.Event);
                }

                await stream.FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RunningAnswer answer in _answers)
        {
            await answer.DisposeAsync().ConfigureAwait(false);
        }
    }

    // The first failure ends the channel, and with it the stream.
    private async Task ReadAllAsync(ChannelWriter<(int Index, GenerationEvent Event)> events, CancellationToken cancellationToken)
    {
        await Task.WhenAll(_answers.Select(async (answer, index) =>
        {
            try
            {
                await answer.ReadAsync(e => events.WriteAsync((index, e), cancellationToken)).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                events.TryComplete(e);
                throw;
            }
        })).ConfigureAwait(false);
        events.TryComplete();
    }
}
