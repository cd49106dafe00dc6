using System.Collections.Concurrent;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// Runs one model's requests together, on a thread of its own that owns the context. Every step computes the next token of each
/// request that generates, and a share of the prompts that others still wait for. Everything else talks to the thread through
/// jobs. Per generated token it allocates nothing but its log probabilities, if they are asked for. What grows until it is large enough:
/// the queue of a reader that falls behind, and a grammar's states, of which those that come for the first time are made.
/// <code>
/// Submit ─▶ mailbox ─▶ RequestQueue ─▶ Admit ─▶ a step: llama_decode ─▶ TokenWriter ─▶ the job's queue ─▶ TokenDelivery ─▶ its reader
///                                        ▲                            │
///                                        └────── preempted ◀──────────┘  (no room: the youngest goes to host memory)
/// </code>
/// </summary>
internal sealed class InferenceEngine : EngineThread<GenerationJob>
{
    // Grammars are parsed recursively; GrammarValidator's limits fit into this.
    private const int StackBytes = 16 << 20;

    private readonly InferenceContext _context;
    private readonly DraftModel? _draft;
    private readonly CandidateBuffer _candidates;
    private readonly RequestScheduler _scheduler;
    private readonly CpuLoad? _load;
    private readonly int _queueLimit;
    private readonly ConcurrentQueue<Action<bool>> _errands = new();
    private int _waiting;
    private long _delivered;

    public InferenceEngine(Tokenizer tokenizer, InferenceContext context, DraftModel? draft, ThreadGovernor governor, CpuLoad? load, ContextPlan plan, int queueLimit)
    {
        _context = context;
        _draft = draft;
        _load = load;
        _queueLimit = queueLimit;
        _candidates = new CandidateBuffer(context.VocabularySize);
        _scheduler = new RequestScheduler(tokenizer, context, draft, governor, _candidates, plan, OnLeftQueue);
        Start("LocalInference engine", StackBytes);
    }

    public int ContextLength => _context.Length;

    /// <summary>Managed bytes that the engine thread allocated in steps that only generated.</summary>
    public long DecodeAllocatedBytes => _scheduler.DecodeAllocatedBytes;

    /// <summary>Requests that nothing is computed for yet.</summary>
    public int WaitingRequests => Volatile.Read(ref _waiting);

    /// <summary>The other requests, by what they wait for, and the cells that hold a token.</summary>
    public EngineLoad Load => _scheduler.Load;

    /// <summary>Cells of the KV cache.</summary>
    public int CacheCells => _context.Cache.Capacity;

    /// <summary>Threads that compute at present; not those that the system refused.</summary>
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

    /// <summary>Behaves as if there were no memory for control vectors; for tests, set before the first request.</summary>
    public bool LacksDirections
    {
        get => _context.LacksDirections;
        set => _context.LacksDirections = value;
    }

    /// <summary>Queues a job.</summary>
    /// <exception cref="ObjectDisposedException">The engine was stopped.</exception>
    /// <exception cref="BusyException">Too many wait already, and it continues no answer.</exception>
    public void Submit(GenerationJob job)
    {
        lock (Gate)
        {
            if (IsStopping)
            {
                job.Dispose();
                throw new ObjectDisposedException(nameof(LocalModel));
            }

            if (_waiting >= _queueLimit && !job.Continues)
            {
                job.Dispose();
                throw ExceptionFactory.Busy(_waiting, _queueLimit, _scheduler.EstimateWait(_waiting));
            }

            _waiting++;
            Post(job);
        }
    }

    /// <summary>Stops a job, queued or running. What it computes alone is interrupted; a step shared with others is finished.</summary>
    public void Cancel(GenerationJob job)
    {
        job.MarkCancelled();
        Interrupt(job);
    }

    /// <summary>Does something with the cache on the engine's thread, between two steps.</summary>
    /// <exception cref="ObjectDisposedException">The engine was stopped.</exception>
    public Task<T> RunAsync<T>(Func<KvCache, T> errand)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(IsStopping, typeof(LocalModel));
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
        }

        Wake();
        return result.Task;
    }

    /// <summary>Lets a parked job go on.</summary>
    public void Resume() => Wake();

    protected override GenerationJob? Alone => _scheduler.Alone;

    protected override void Add(GenerationJob job) => _scheduler.Queue.Add(job);

    protected override void RunErrands()
    {
        while (_errands.TryDequeue(out Action<bool>? errand))
        {
            errand(IsStopping);
        }
    }

    protected override bool Prepare()
    {
        bool computes = _scheduler.Prepare();
        TokenDelivery.Relieve(ref _delivered, isLast: !computes);
        return computes;
    }

    protected override void Compute() => _scheduler.Step();

    // Nobody's sequence can be trusted after this.
    protected override void Fail(Exception e) => _scheduler.FailRunning(e);

    protected override void FailAll(Exception e) => _scheduler.FailAll(e);

    protected override void Release()
    {
        TokenDelivery.Relieve(ref _delivered, isLast: true);
        _context.Dispose();
        _draft?.Dispose();
        _candidates.Dispose();
        _load?.Dispose();
    }

    protected override bool IsGivenUp(GenerationJob job) => job.IsCancelled;

    protected override void RaiseAbort()
    {
        _context.RequestAbort();
        _draft?.RequestAbort();
    }

    protected override void LowerAbort()
    {
        _context.ResetAbort();
        _draft?.ResetAbort();
    }

    private void OnLeftQueue()
    {
        lock (Gate)
        {
            _waiting--;
        }
    }
}
