using System.Collections.Concurrent;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// Runs one model's requests together, on a thread of its own that owns the context. Every step computes the next token of each
/// request that generates, and a share of the prompts that others still wait for. Everything else talks to the thread through
/// jobs. Per generated token it allocates nothing.
/// <code>
/// Submit ─▶ mailbox ─▶ RequestQueue ─▶ Admit ─▶ a step: llama_decode ─▶ TokenWriter ─▶ the job's channel
///                                        ▲                            │
///                                        └────── preempted ◀──────────┘  (no room: the youngest goes to host memory)
/// </code>
/// </summary>
internal sealed class InferenceEngine : IAsyncDisposable
{
    // Grammars are parsed recursively; GrammarValidator's limits fit into this.
    private const int StackBytes = 16 << 20;

    private readonly InferenceContext _context;
    private readonly DraftModel? _draft;
    private readonly CandidateBuffer _candidates;
    private readonly RequestScheduler _scheduler;
    private readonly CpuLoad? _load;
    private readonly int _queueLimit;
    private readonly ConcurrentQueue<GenerationJob> _mailbox = new();
    private readonly ConcurrentQueue<Action<bool>> _errands = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private GenerationJob? _alone;
    private int _waiting;
    private bool _stopping;

    public InferenceEngine(Tokenizer tokenizer, InferenceContext context, DraftModel? draft, ThreadGovernor governor, CpuLoad? load, ContextPlan plan, int queueLimit)
    {
        _context = context;
        _draft = draft;
        _load = load;
        _queueLimit = queueLimit;
        _candidates = new CandidateBuffer(context.VocabularySize);
        _scheduler = new RequestScheduler(tokenizer, context, draft, governor, _candidates, plan, OnLeftQueue);
        new Thread(Run, StackBytes) { IsBackground = true, Name = "LocalInference engine" }.Start();
    }

    public int ContextLength => _context.Length;

    /// <summary>Managed bytes that the engine thread allocated in steps that only generated.</summary>
    public long DecodeAllocatedBytes => _scheduler.DecodeAllocatedBytes;

    /// <summary>Requests that nothing is computed for yet.</summary>
    public int WaitingRequests => Volatile.Read(ref _waiting);

    /// <summary>Threads that compute at present.</summary>
    public int Threads => _scheduler.Threads;

    /// <summary>What it did so far; for tests and diagnostics.</summary>
    public EngineCounters Counters => _scheduler.Counters;

    /// <summary>Bytes of host memory that idle prefixes take; for tests and diagnostics.</summary>
    public long StoredPrefixBytes => _context.Cache.StoredBytes;

    /// <summary>Compares the mirror of the KV cache with llama.cpp's after every step; for tests and the soak.</summary>
    public bool VerifiesCache
    {
        get => _scheduler.VerifiesCache;
        set => _scheduler.VerifiesCache = value;
    }

    /// <summary>Told of every call that decides what is computed; for tests, set before the first request.</summary>
    public IContextObserver? Observer
    {
        get => _context.Observer;
        set => _context.Observer = value;
    }

    /// <summary>Queues a job.</summary>
    /// <exception cref="ObjectDisposedException">The engine was stopped.</exception>
    /// <exception cref="BusyException">Too many wait already.</exception>
    public void Submit(GenerationJob job)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                job.Dispose();
                throw new ObjectDisposedException(nameof(LocalModel));
            }

            if (_waiting >= _queueLimit)
            {
                job.Dispose();
                throw ExceptionFactory.Busy(_waiting, _queueLimit, _scheduler.EstimateWait(_waiting));
            }

            _waiting++;
            _mailbox.Enqueue(job);
            _wake.Set();
        }
    }

    /// <summary>Stops a job, queued or running. What it computes alone is interrupted; a step shared with others is finished.</summary>
    public void Cancel(GenerationJob job)
    {
        job.MarkCancelled();
        lock (_gate)
        {
            // The lock orders this against the change of jobs and against the release of the context.
            if (!_stopped.Task.IsCompleted)
            {
                if (_alone == job)
                {
                    _context.RequestAbort();
                }

                _wake.Set();
            }
        }
    }

    /// <summary>Does something with the cache on the engine's thread, between two steps.</summary>
    /// <exception cref="ObjectDisposedException">The engine was stopped.</exception>
    public Task<T> RunAsync<T>(Func<KvCache, T> errand)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, typeof(LocalModel));
            _errands.Enqueue(stopped =>
            {
                try
                {
                    ObjectDisposedException.ThrowIf(stopped, typeof(LocalModel));
                    result.SetResult(errand(_context.Cache));
                }
                catch (Exception e)
                {
                    // It belongs to whoever asked; the thread serves the next one.
                    result.SetException(e);
                }
            });
            _wake.Set();
        }

        return result.Task;
    }

    /// <summary>Lets a parked job go on.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            if (!_stopped.Task.IsCompleted)
            {
                _wake.Set();
            }
        }
    }

    /// <summary>Ends all jobs, frees the context and completes when the thread has ended.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _stopping = true;
                _context.RequestAbort();
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
                // Until a job comes or goes, or a reader catches up.
                _wake.WaitOne();
            }
        }

        if (busy)
        {
            Announce(busy: false);
        }

        _scheduler.FailAll(new ObjectDisposedException(nameof(LocalModel)));
        lock (_gate)
        {
            Collect();
            _scheduler.FailAll(new ObjectDisposedException(nameof(LocalModel)));
            _context.Dispose();
            _draft?.Dispose();
            _candidates.Dispose();
            _load?.Dispose();
            _wake.Dispose();
            _stopped.SetResult();
        }
    }

    // False: there is nothing to compute.
    private bool TryStep()
    {
        try
        {
            if (!_scheduler.Prepare())
            {
                return false;
            }

            if (BeginStep())
            {
                _scheduler.Step();
            }
        }
        catch (Exception e)
        {
            // Nothing may end the host's process. Nobody's sequence can be trusted after this; those who wait can be served.
            _scheduler.FailRunning(e);
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
        while (_mailbox.TryDequeue(out GenerationJob? job))
        {
            _scheduler.Queue.Add(job);
        }

        while (_errands.TryDequeue(out Action<bool>? errand))
        {
            errand(Volatile.Read(ref _stopping));
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

            _context.ResetAbort();
            _alone = _scheduler.Alone;
            return _alone is not { IsCancelled: true };
        }
    }

    private void OnLeftQueue()
    {
        lock (_gate)
        {
            _waiting--;
        }
    }
}
