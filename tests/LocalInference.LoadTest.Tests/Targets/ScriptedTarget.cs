using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Tests.Targets;

/// <summary>
/// Answers like a server with a cache of one conversation: what a prompt has in common with the one before is not computed.
/// </summary>
/// <param name="pause">Between two tokens.</param>
/// <param name="caches">Whether it has that cache.</param>
internal sealed class ScriptedTarget(TimeSpan pause, bool caches = false) : ILoadTarget
{
    private readonly Lock _gate = new();
    private IReadOnlyList<int> _cached = [];
    private int _running;

    public string Description => "scripted";

    public int? VocabularySize => 1000;

    /// <summary>The most requests that ran at a time.</summary>
    public int MostRunning { get; private set; }

    public async Task StreamAsync(RequestLog log, CancellationToken cancellationToken)
    {
        IReadOnlyList<int> prompt = log.Prompt.Tokens!;
        lock (_gate)
        {
            MostRunning = Math.Max(MostRunning, ++_running);
            int shared = caches ? prompt.Zip(_cached).TakeWhile(static pair => pair.First == pair.Second).Count() : 0;
            log.PromptTokens = prompt.Count;
            log.ComputedPromptTokens = prompt.Count - shared;
        }

        try
        {
            List<int> answer = [];
            for (int i = 0; i < log.MaxTokens; i++)
            {
                await Task.Delay(pause, cancellationToken);
                log.AddTokens(LoadClock.Now);
                log.AddAnswer(i);
                answer.Add(i);
            }

            lock (_gate)
            {
                // The last token of an answer has been chosen but not computed.
                _cached = [.. prompt, .. answer.SkipLast(1)];
            }
        }
        finally
        {
            lock (_gate)
            {
                _running--;
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
