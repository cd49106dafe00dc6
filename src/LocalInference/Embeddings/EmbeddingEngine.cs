using System.Diagnostics;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// Embeds the texts of all requests for one model together, on a thread of its own that owns the contexts. A step computes as many
/// texts as fit it, each as a sequence. Besides the vectors it allocates nothing per text.
/// <code>
/// Submit ─▶ mailbox ─▶ EmbeddingQueue ─▶ a step: llama_decode ─▶ EmbeddingJob.Receive ─▶ Completion
/// </code>
/// </summary>
internal sealed class EmbeddingEngine : EngineThread<EmbeddingJob>
{
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromSeconds(1);

    // A new measurement counts this much.
    private const double Weight = 0.2;

    private readonly EmbeddingStep _step;
    private readonly ThreadGovernor _governor;
    private readonly CpuLoad? _load;
    private readonly AbortFlag _abort = new();
    private readonly int _queueLimit;
    private int _waiting;
    private long _waitingTokens;
    private double _secondsPerToken;

    /// <param name="runtime">The native libraries.</param>
    /// <param name="model">The weights.</param>
    /// <param name="adapters">What the contexts compute with: those that are used unless a request chooses.</param>
    /// <param name="profile">What the file says.</param>
    /// <param name="needs">What the model asks of a context.</param>
    /// <param name="limit">Tokens that a text may have.</param>
    /// <param name="options">How the model was loaded.</param>
    public EmbeddingEngine(NativeRuntime runtime, ModelHandle model, AdapterRegistry adapters, EmbeddingProfile profile, EmbeddingNeeds needs, int limit, LocalModelOptions options)
    {
        EmbeddingContextKind vectors = needs.WholeTexts || !profile.EndsAtHiddenState ? EmbeddingContextKind.HiddenStates : EmbeddingContextKind.HiddenStatesOnly;
        _step = new EmbeddingStep(
            needs,
            new EmbeddingLane(runtime, model, adapters, profile, needs, vectors, limit, _abort),
            new EmbeddingLane(runtime, model, adapters, profile, needs, EmbeddingContextKind.Ranking, limit, _abort));
        _load = options.AdaptThreads ? CpuLoad.TryOpen() : null;
        _governor = new ThreadGovernor(PhysicalCores.ThreadsFor(options.Threads), options.AdaptThreads, _load, TimeProvider.System);
        _queueLimit = options.QueueLimit;
        Start("LocalInference embeddings");
    }

    /// <summary>Steps computed; for tests.</summary>
    public long Steps => _step.Count;

    /// <summary>Contexts made; for tests.</summary>
    public int ContextsMade => _step.ContextsMade;

    /// <summary>Queues a job.</summary>
    /// <exception cref="ObjectDisposedException">The engine was stopped.</exception>
    /// <exception cref="BusyException">Too many wait already.</exception>
    public void Submit(EmbeddingJob job)
    {
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(IsStopping, typeof(LocalModel));
            if (_waiting >= _queueLimit)
            {
                double seconds = Math.Ceiling(Volatile.Read(ref _secondsPerToken) * _waitingTokens);
                throw ExceptionFactory.Busy(_waiting, _queueLimit, seconds > s_shortestWait.TotalSeconds ? TimeSpan.FromSeconds(seconds) : s_shortestWait);
            }

            _waiting++;
            _waitingTokens += job.Texts.TokenCount;
            Post(job);
        }
    }

    /// <summary>Takes note that nobody waits for a job any more; whoever submitted it says so once.</summary>
    public void Leave(EmbeddingJob job)
    {
        lock (Gate)
        {
            _waiting--;
            _waitingTokens -= job.Texts.TokenCount;
        }
    }

    /// <summary>Gives up a job, queued or in a step. What it computes alone is interrupted.</summary>
    public void Cancel(EmbeddingJob job, CancellationToken cancellationToken)
    {
        job.Cancel(cancellationToken);
        Interrupt(job);
    }

    /// <summary>Has the thread let go of adapters that were unloaded or replaced, also while no text comes.</summary>
    public void LetGoOfAdapters() => Wake();

    protected override EmbeddingJob? Alone => _step.Alone;

    protected override void Add(EmbeddingJob job) => _step.Queue.Add(job);

    protected override bool Prepare() => _step.Compose(_governor.Threads);

    protected override void Compute()
    {
        long start = Stopwatch.GetTimestamp();
        int rows = _step.Compute(_governor.Threads);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        double seconds = elapsed.TotalSeconds / rows;
        Volatile.Write(ref _secondsPerToken, _secondsPerToken > 0 ? _secondsPerToken + (Weight * (seconds - _secondsPerToken)) : seconds);
        _governor.AfterStep(elapsed, rows);
    }

    protected override void GiveUp() => _step.GiveUp();

    protected override void Fail(Exception e) => _step.Fail(e);

    protected override void FailAll(Exception e) => _step.FailAll(e);

    protected override void Release()
    {
        _step.Dispose();
        _load?.Dispose();
        _abort.Dispose();
    }

    protected override bool IsGivenUp(EmbeddingJob job) => job.IsOver;

    protected override void RaiseAbort() => _abort.Raise();

    protected override void LowerAbort() => _abort.Lower();
}
