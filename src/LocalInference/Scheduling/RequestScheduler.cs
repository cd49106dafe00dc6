using System.Diagnostics;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Decides what the next step computes and takes its results to their requests: who is admitted, who is parked because of a
/// slow reader, who has to give up cells. Owned by the engine thread.
/// </summary>
internal sealed partial class RequestScheduler
{
    /// <summary>Tokens below which waiting for another request's prompt takes longer than computing the shared start twice.</summary>
    public const int SharedPrefixWorthWaiting = 32;

    // What a running request is expected to grow by before another one ends: admitted more boldly, requests would be preempted;
    // more timidly, cells would lie idle.
    private const int GrowthAssumed = 64;

    private static readonly Predicate<ActiveRequest> s_isRunnable = static request => !request.Job.IsParked;
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromSeconds(1);

    private readonly Tokenizer _tokenizer;
    private readonly InferenceContext _context;
    private readonly DraftModel? _draft;
    private readonly ThreadGovernor _governor;
    private readonly CandidateBuffer _candidates;
    private readonly int _parallel;
    private readonly bool _isUnified;
    private readonly StepCosts _costs = new();
    private readonly PrefillController _prefill;
    private readonly AdapterTurns _turns = new();
    private readonly SpeculationMode _speculation;
    private readonly int _outputs;
    private readonly TokenWriter _writer;

    // In the order of admission, the last one is the youngest; without a unified cache in the order of their native ids.
    private readonly List<ActiveRequest> _active = [];

    // In the order in which they go on.
    private readonly List<ActiveRequest> _preempted = [];
    private readonly Predicate<GenerationJob> _isReady;
    private readonly Predicate<GenerationJob> _fits;
    private readonly Action _onLeftQueue;
    private readonly Action<GenerationJob> _endCancelled;
    private EngineCounters _counters;
    private EngineLoad _load;
    private double _secondsPerRequest;
    private long _allocatedAt = -1;

    // Where requests have cells of their own, llama.cpp computes with as many cells of each as the longest of a step has. So that those
    // who generate do not pay for a long prompt, prompts and they take turns.
    private bool _isTurnOfPrompts;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="context">The context; the scheduler is its only user.</param>
    /// <param name="draft">Guesses tokens, if the plan says so; the scheduler is its only user.</param>
    /// <param name="governor">Decides how many threads compute.</param>
    /// <param name="candidates">Scratch memory of the samplers.</param>
    /// <param name="plan">How many requests are computed at the same time, parked ones not counted, and whether tokens are guessed.</param>
    /// <param name="onLeftQueue">Told for each request that no longer waits.</param>
    public RequestScheduler(Tokenizer tokenizer, InferenceContext context, DraftModel? draft, ThreadGovernor governor, CandidateBuffer candidates, ContextPlan plan, Action onLeftQueue)
    {
        _tokenizer = tokenizer;
        _context = context;
        _draft = draft;
        _governor = governor;
        _candidates = candidates;
        _parallel = plan.Parallel;
        _isUnified = plan.IsUnified;
        _outputs = plan.Outputs;
        _prefill = new PrefillController(_costs, takesTurns: !_isUnified);
        _speculation = plan.ForgetsWholly ? SpeculationMode.Off : plan.Speculation;
        _writer = new TokenWriter(tokenizer, context);
        _isReady = IsReady;
        _fits = Fits;
        _onLeftQueue = onLeftQueue;
        _endCancelled = EndWaiting;
    }

    public RequestQueue Queue { get; } = new(TimeProvider.System);

    public long DecodeAllocatedBytes { get; private set; }

    public int Threads => _context.Threads;

    public EngineCounters Counters => _counters;

    /// <summary>What it holds, as of the last step. Callable from any thread.</summary>
    public EngineLoad Load => _load;

    /// <summary>Compares the mirror of the KV cache with llama.cpp's after every step.</summary>
    public bool VerifiesCache { get; set; }

    /// <summary>The job that has the next step to itself, if one has.</summary>
    public GenerationJob? Alone => _active is [ActiveRequest only] ? only.Job : null;

    /// <summary>How long so many waiting requests will take, judged by those that ended. Callable from any thread.</summary>
    public TimeSpan EstimateWait(int waiting)
    {
        double seconds = Volatile.Read(ref _secondsPerRequest) * waiting / _parallel;
        return seconds > s_shortestWait.TotalSeconds ? TimeSpan.FromSeconds(Math.Ceiling(seconds)) : s_shortestWait;
    }

    /// <summary>Ends what was cancelled, admits what fits, and composes the next step.</summary>
    /// <returns>Whether there is anything to compute.</returns>
    public bool Prepare()
    {
        Queue.RemoveCancelled(_endCancelled);
        EndCancelled(_active);
        EndCancelled(_preempted);
        Unpark(_active);
        Unpark(_preempted);
        do
        {
            FillPlaces();
            if (_active.Count > 0 && _context.Cache.MoveIdle())
            {
                _allocatedAt = -1;
            }

            _counters = _counters with { GatheredCells = _counters.GatheredCells + _context.Cache.Gather() };
            MakeRoom();
        }
        while (!TryChooseAdapters());
        TakeStock();
        if (Compose())
        {
            return true;
        }

        _allocatedAt = -1;
        if (_active.Count == 0 && _context.Adapters.IsRetired)
        {
            // The last who kept it.
            _context.Adapters = AdapterSet.None;
        }

        return false;
    }

    /// <summary>Computes the step that <see cref="Prepare"/> composed.</summary>
    /// <exception cref="NativeLibraryException">llama.cpp failed.</exception>
    public void Step()
    {
        long start = Stopwatch.GetTimestamp();
        bool finished = _context.Decode();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        if (!finished)
        {
            Recover();
            return;
        }

        int prompt = Advance();
        _turns.AfterStep(prompt);
        int rows = _context.Batch.Count;
        _prefill.AfterStep(rows - prompt, prompt, elapsed.TotalSeconds);
        if (prompt == 0)
        {
            _costs.AfterStep(rows, elapsed.TotalSeconds);
        }

        if (_governor.AfterStep(elapsed, rows))
        {
            _context.SetThreads(_governor.Threads);
            _draft?.SetThreads(_governor.Threads);
        }

        Sample();
        CountAllocations(prompt);
        if (VerifiesCache && !(_context.Cache.EqualsNative() && _draft?.EqualsNative() != false))
        {
            _counters = _counters with { CacheMismatches = _counters.CacheMismatches + 1 };
        }
    }

    /// <summary>Ends all requests.</summary>
    public void FailAll(Exception reason)
    {
        Queue.Clear(job =>
        {
            job.Dispose();
            job.Fail(reason);
        });
        FailRunning(reason);
    }

    /// <summary>Ends all requests but the waiting ones, and forgets what the cache holds: what it is now is unknown.</summary>
    public void FailRunning(Exception reason)
    {
        while (_active.Count > 0)
        {
            End(_active[^1], reason);
        }

        while (_preempted.Count > 0)
        {
            End(_preempted[^1], reason);
        }

        _context.Cache.Clear();
    }

    // From the end of one step to the end of the next, where nobody came or went: what generating tokens costs.
    private void CountAllocations(int prompt)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        if (_allocatedAt >= 0 && prompt == 0)
        {
            DecodeAllocatedBytes += allocated - _allocatedAt;
        }

        _allocatedAt = prompt == 0 ? allocated : -1;
    }

    private void EndWaiting(GenerationJob job)
    {
        job.Dispose();
        job.Fail(new OperationCanceledException());
        _onLeftQueue();
    }

    private void EndCancelled(List<ActiveRequest> requests)
    {
        for (int i = requests.Count - 1; i >= 0; i--)
        {
            if (requests[i].Job.IsCancelled)
            {
                End(requests[i], new OperationCanceledException());
            }
        }
    }

    private void Finish(ActiveRequest request)
    {
        _allocatedAt = -1;
        if (request.Sequence is { } sequence)
        {
            _active.Remove(request);
            _context.Cache.Release(sequence);
        }
        else
        {
            _preempted.Remove(request);
        }

        GenerationUsage usage = request.Job.Usage!;
        double seconds = (usage.PromptDuration + usage.GenerationDuration).TotalSeconds;
        Volatile.Write(ref _secondsPerRequest, _secondsPerRequest == 0 ? seconds : (_secondsPerRequest * 0.9) + (seconds * 0.1));
        request.Dispose();
    }

    private void End(ActiveRequest request, Exception reason)
    {
        _allocatedAt = -1;
        if (!_active.Remove(request))
        {
            _preempted.Remove(request);
        }

        if (request.Sequence is { } sequence)
        {
            // What a cancelled request computed is as good a prefix as any other; what a failed one did is not to be trusted.
            if (reason is OperationCanceledException)
            {
                _context.Cache.Release(sequence);
            }
            else
            {
                _context.Cache.Remove(sequence);
            }
        }

        request.Dispose();
        request.Job.Fail(reason);
    }
}
