using System.Collections.Concurrent;
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
internal sealed class EmbeddingEngine : IAsyncDisposable
{
    // GGML_MAX_N_THREADS in ggml.h.
    private const int MostThreads = 512;

    private static readonly TimeSpan s_shortestWait = TimeSpan.FromSeconds(1);

    // A new measurement counts this much.
    private const double Weight = 0.2;

    private readonly EmbeddingStep _step;
    private readonly ThreadGovernor _governor;
    private readonly CpuLoad? _load;
    private readonly AbortFlag _abort = new();
    private readonly int _queueLimit;
    private readonly ConcurrentQueue<EmbeddingJob> _mailbox = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private EmbeddingJob? _alone;
    private int _waiting;
    private long _waitingTokens;
    private double _secondsPerToken;
    private bool _stopping;

    /// <param name="runtime">The native libraries.</param>
    /// <param name="model">The weights.</param>
    /// <param name="profile">What the file says.</param>
    /// <param name="needs">What the model asks of a context.</param>
    /// <param name="limit">Tokens that a text may have.</param>
    /// <param name="options">How the model was loaded.</param>
    public EmbeddingEngine(NativeRuntime runtime, ModelHandle model, EmbeddingProfile profile, EmbeddingNeeds needs, int limit, LocalModelOptions options)
    {
        EmbeddingContextKind vectors = needs.WholeTexts || !profile.EndsAtHiddenState ? EmbeddingContextKind.HiddenStates : EmbeddingContextKind.HiddenStatesOnly;
        _step = new EmbeddingStep(
            needs,
            new EmbeddingLane(runtime, model, profile, needs, vectors, limit, _abort),
            new EmbeddingLane(runtime, model, profile, needs, EmbeddingContextKind.Ranking, limit, _abort));
        _load = options.AdaptThreads ? CpuLoad.TryOpen() : null;
        _governor = new ThreadGovernor(Math.Min(options.Threads ?? PhysicalCores.Count, MostThreads), options.AdaptThreads, _load, TimeProvider.System);
        _queueLimit = options.QueueLimit;
        new Thread(Run) { IsBackground = true, Name = "LocalInference embeddings" }.Start();
    }

    /// <summary>Steps computed; for tests.</summary>
    public long Steps => _step.Count;

    /// <summary>Queues a job.</summary>
    /// <exception cref="ObjectDisposedException">The engine was stopped.</exception>
    /// <exception cref="BusyException">Too many wait already.</exception>
    public void Submit(EmbeddingJob job)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, typeof(LocalModel));
            if (_waiting >= _queueLimit)
            {
                double seconds = Math.Ceiling(Volatile.Read(ref _secondsPerToken) * _waitingTokens);
                throw ExceptionFactory.Busy(_waiting, _queueLimit, seconds > s_shortestWait.TotalSeconds ? TimeSpan.FromSeconds(seconds) : s_shortestWait);
            }

            _waiting++;
            _waitingTokens += job.Texts.TokenCount;
            _mailbox.Enqueue(job);
            _wake.Set();
        }
    }

    /// <summary>Takes note that nobody waits for a job any more; whoever submitted it says so once.</summary>
    public void Leave(EmbeddingJob job)
    {
        lock (_gate)
        {
            _waiting--;
            _waitingTokens -= job.Texts.TokenCount;
        }
    }

    /// <summary>Gives up a job, queued or in a step. What it computes alone is interrupted.</summary>
    public void Cancel(EmbeddingJob job, CancellationToken cancellationToken)
    {
        job.Cancel(cancellationToken);
        lock (_gate)
        {
            // The lock orders this against the change of steps and against the release of the contexts.
            if (!_stopped.Task.IsCompleted)
            {
                if (_alone == job)
                {
                    _abort.Raise();
                }

                _wake.Set();
            }
        }
    }

    /// <summary>Ends all jobs, frees the contexts and completes when the thread has ended.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _stopping = true;
                _abort.Raise();
                _wake.Set();
            }
        }

        return new ValueTask(_stopped.Task);
    }

    private void Run()
    {
        bool busy = false;
        while (true)
        {
            Collect();
            if (Volatile.Read(ref _stopping))
            {
                break;
            }

            bool computes = TryStep();
            if (computes != busy)
            {
                busy = computes;
                Announce(busy);
            }

            if (!computes)
            {
                // Until a job comes or goes.
                _wake.WaitOne();
            }
        }

        if (busy)
        {
            Announce(busy: false);
        }

        lock (_gate)
        {
            Collect();
            _step.FailAll(new ObjectDisposedException(nameof(LocalModel)));
            _step.Dispose();
            _load?.Dispose();
            _abort.Dispose();
            _wake.Dispose();
            _stopped.SetResult();
        }
    }

    // False: there is nothing to compute.
    private bool TryStep()
    {
        try
        {
            if (!_step.Compose(_governor.Threads))
            {
                // An idle engine keeps nobody's vectors.
                lock (_gate)
                {
                    _alone = null;
                }

                return false;
            }

            if (BeginStep())
            {
                long start = Stopwatch.GetTimestamp();
                int rows = _step.Compute(_governor.Threads);
                TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
                double seconds = elapsed.TotalSeconds / rows;
                Volatile.Write(ref _secondsPerToken, _secondsPerToken > 0 ? _secondsPerToken + (Weight * (seconds - _secondsPerToken)) : seconds);
                _governor.AfterStep(elapsed, rows);
            }
            else
            {
                _step.GiveUp();
            }
        }
        catch (Exception e)
        {
            // Nothing may end the host's process. Those who wait can still be served.
            _step.Fail(e);
        }

        return true;
    }

    private static void Announce(bool busy)
    {
        if (busy)
        {
            ActiveEngines.Enter();
        }
        else
        {
            ActiveEngines.Leave();
        }
    }

    private void Collect()
    {
        while (_mailbox.TryDequeue(out EmbeddingJob? job))
        {
            _step.Queue.Add(job);
        }
    }

    // An abort is meant for the job that has the step to itself, or for all. False: it came before the step.
    private bool BeginStep()
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return false;
            }

            _abort.Lower();
            _alone = _step.Alone;
            return _alone is not { IsOver: true };
        }
    }
}
