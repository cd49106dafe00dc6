using System.Diagnostics;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// Decides what the next step computes and takes its results to their requests: who is admitted, who is parked because of a
/// slow reader, who has to give up cells. Owned by the engine thread.
/// </summary>
internal sealed class RequestScheduler
{
    // What a running request is expected to grow by before another one ends: admitted more boldly, requests would be preempted;
    // more timidly, cells would lie idle.
    private const int GrowthAssumed = 64;

    // Below this, waiting for another request's prompt takes longer than computing the shared start twice.
    private const int SharedPrefixWorthWaiting = 32;

    private static readonly TimeSpan s_shortestWait = TimeSpan.FromSeconds(1);

    private readonly ModelHandle _model;
    private readonly Tokenizer _tokenizer;
    private readonly InferenceContext _context;
    private readonly ThreadGovernor _governor;
    private readonly CandidateBuffer _candidates;
    private readonly int _parallel;
    private readonly PrefillController _prefill = new();
    private readonly TokenWriter _writer;

    // In the order of admission: the last one is the youngest.
    private readonly List<ActiveRequest> _active = [];

    // In the order in which they go on.
    private readonly List<ActiveRequest> _preempted = [];
    private readonly Predicate<GenerationJob> _isReady;
    private readonly Predicate<GenerationJob> _fits;
    private readonly Action _onLeftQueue;
    private readonly Action<GenerationJob> _endCancelled;
    private EngineCounters _counters;
    private double _secondsPerRequest;
    private long _allocatedAt = -1;

    /// <param name="model">The weights.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="context">The context; the scheduler is its only user.</param>
    /// <param name="governor">Decides how many threads compute.</param>
    /// <param name="candidates">Scratch memory of the samplers.</param>
    /// <param name="parallel">Most requests computed at the same time; parked ones not counted.</param>
    /// <param name="onLeftQueue">Told for each request that no longer waits.</param>
    public RequestScheduler(ModelHandle model, Tokenizer tokenizer, InferenceContext context, ThreadGovernor governor, CandidateBuffer candidates, int parallel, Action onLeftQueue)
    {
        _model = model;
        _tokenizer = tokenizer;
        _context = context;
        _governor = governor;
        _candidates = candidates;
        _parallel = parallel;
        _writer = new TokenWriter(tokenizer, context);
        _isReady = IsReady;
        _fits = Fits;
        _onLeftQueue = onLeftQueue;
        _endCancelled = EndWaiting;
    }

    public RequestQueue Queue { get; } = new(TimeProvider.System);

    public long DecodeAllocatedBytes { get; private set; }

    public int Threads => _governor.Threads;

    public EngineCounters Counters => _counters;

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
        Unpark();
        Resume();
        Admit();
        if (Compose())
        {
            return true;
        }

        _allocatedAt = -1;
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

        (int generating, int prompt) = Advance();
        _prefill.AfterStep(generating, prompt, elapsed.TotalSeconds);
        if (_governor.AfterStep(elapsed, generating + prompt))
        {
            _context.SetThreads(_governor.Threads);
        }

        Sample();
        CountAllocations(prompt);
        if (VerifiesCache && !_context.Cache.EqualsNative())
        {
            _counters = _counters with { CacheMismatches = _counters.CacheMismatches + 1 };
        }
    }

    /// <summary>Ends all requests.</summary>
    public void FailAll(Exception reason)
    {
        Queue.Clear(job => job.Fail(reason));
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

    private void Unpark()
    {
        for (int i = _active.Count - 1; i >= 0; i--)
        {
            ActiveRequest request = _active[i];
            if (request.Job.IsParked && request.Job.HasRoom && TokenWriter.Flush(request))
            {
                Finish(request);
            }
        }
    }

    // Preempted requests come first, the oldest before the others, so that nobody starves.
    private void Resume()
    {
        while (_preempted.Count > 0 && RunningCount() < _parallel)
        {
            ActiveRequest request = _preempted[0];
            SavedSequence saved = request.Saved!;
            if (_active.Count > 0 && _context.Cache.AvailableCells < saved.Tokens.Length + request.Pending.Length + GrowthAssumed)
            {
                return;
            }

            KvSequence? sequence = null;
            if (_context.Cache.TryFree(saved.Tokens.Length) && saved.HasState)
            {
                sequence = _context.Cache.Restore(saved);
            }

            if (sequence is null)
            {
                // Its state is lost, or there is no place for it in one piece: compute it again. What was chosen stays chosen.
                int[] all = [.. saved.Tokens, .. request.Pending.Span];
                sequence = _context.Cache.Acquire(all);
                if (sequence is null)
                {
                    return;
                }

                request.Pending = all.AsMemory(sequence.Length);
            }

            _preempted.RemoveAt(0);
            saved.Dispose();
            request.Saved = null;
            request.Sequence = sequence;
            Reserve(request);
            _active.Add(request);
        }
    }

    private void Admit()
    {
        while (Queue.Count > 0 && _preempted.Count == 0 && RunningCount() < _parallel && Queue.Take(_isReady, _fits) is { } job)
        {
            _onLeftQueue();
            Start(job);
        }
    }

    private void Start(GenerationJob job)
    {
        _allocatedAt = -1;
        TokenSampler? sampler = null;
        KvSequence? sequence = null;
        try
        {
            sampler = new TokenSampler(job.Options, _model, _context.Length, _candidates);
            foreach (int token in job.Prompt)
            {
                sampler.AcceptPrompt(token);
            }

            sequence = _context.Cache.Acquire(job.Prompt) ?? throw new InvalidOperationException("No sequence was free for an admitted request.");
            LogProbabilities? logProbabilities = job.Options.LogProbabilities is { } top ? new(_context.VocabularySize, top) : null;
            var request = new ActiveRequest(job, sequence, sampler, logProbabilities);
            _counters = _counters with { CachedPromptTokens = _counters.CachedPromptTokens + sequence.Length };
            Reserve(request);
            _active.Add(request);
        }
        catch (Exception e)
        {
            // Whatever it was, it belongs to the request; the thread serves the next one.
            sampler?.Dispose();
            if (sequence is not null)
            {
                _context.Cache.Remove(sequence);
            }

            job.Fail(e);
        }
    }

    private void Reserve(ActiveRequest request) =>
        KvCache.Reserve(request.Sequence!, Math.Max(0, request.Pending.Length + Math.Min(request.Remaining(_context.Length), _context.Length)));

    // A request whose start another one is computing right now waits for it, and then shares it.
    private bool IsReady(GenerationJob job)
    {
        int cached = -1;
        foreach (ActiveRequest other in _active)
        {
            if (!other.IsPrefilling || other.Generated > 0)
            {
                continue;
            }

            int shared = Math.Min(job.Prompt.AsSpan().CommonPrefixLength(other.Job.Prompt), job.Prompt.Length - 1);
            if (shared > other.Sequence!.Length)
            {
                cached = cached < 0 ? _context.Cache.CountCached(job.Prompt) : cached;
                if (shared - cached >= SharedPrefixWorthWaiting)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private bool Fits(GenerationJob job)
    {
        if (_active.Count == 0)
        {
            return true;
        }

        if (!_context.Cache.HasSequence)
        {
            return false;
        }

        int growth = 0;
        foreach (ActiveRequest request in _active)
        {
            growth += request.Pending.Length + Math.Min(request.Remaining(_context.Length), GrowthAssumed);
        }

        // Its cached start counts in full: those cells may be among the available ones, and must not be given away for it.
        int wanted = job.Prompt.Length + Math.Min(job.Options.MaxTokens ?? GrowthAssumed, GrowthAssumed);
        return _context.Cache.AvailableCells >= wanted + growth;
    }

    // Parked requests keep their cells and give up their place.
    private int RunningCount()
    {
        int count = 0;
        foreach (ActiveRequest request in _active)
        {
            count += request.Job.IsParked ? 0 : 1;
        }

        return count;
    }

    private bool Compose()
    {
        BatchBuffer batch = _context.Batch;
        batch.Clear();
        MakeRoom();
        int generating = 0;
        int prefilling = 0;
        foreach (ActiveRequest request in _active)
        {
            request.Rows = 0;
            request.LogitsRow = -1;
            if (request.Job.IsParked)
            {
                continue;
            }

            if (request.IsPrefilling)
            {
                prefilling++;
            }
            else if (batch.Count < batch.Capacity)
            {
                Add(request, 1);
                generating++;
            }
        }

        if (prefilling > 0)
        {
            AddPrompts(generating, prefilling);
        }

        return batch.Count > 0;
    }

    private void AddPrompts(int generating, int prefilling)
    {
        int most = Math.Min(_context.Batch.Capacity - generating, _context.Cache.FreeCells - generating);
        int budget = generating > 0 ? _prefill.Budget(most) : most;
        foreach (ActiveRequest request in _active)
        {
            if (budget > 0 && request.IsPrefilling && !request.Job.IsParked)
            {
                // An equal share each; what one does not need goes to those behind it.
                int rows = Math.Min(request.Pending.Length, Math.Max(1, budget / prefilling));
                Add(request, rows);
                budget -= rows;
                prefilling--;
            }
        }
    }

    private void Add(ActiveRequest request, int rows)
    {
        bool last = rows == request.Pending.Length;
        int row = _context.Batch.Add(request.Pending.Span[..rows], request.Sequence!.Length, request.Sequence.Id, wantLogits: last);
        request.Rows = rows;
        request.LogitsRow = last ? row : -1;
    }

    // Every running request gets the cell of its next token: from idle sequences first, then from a request that is moved to
    // host memory, a parked one rather than a running one, the youngest rather than an older one.
    private void MakeRoom()
    {
        while (true)
        {
            int wanted = 0;
            foreach (ActiveRequest request in _active)
            {
                wanted += request.Job.IsParked ? 0 : 1;
            }

            if (_context.Cache.TryFree(Math.Min(_context.Batch.Capacity, WantedCells(wanted))) || _context.Cache.FreeCells >= wanted)
            {
                return;
            }

            if (_active.Count == 1)
            {
                // It has the whole cache, which is at least as large as a request may be.
                return;
            }

            int victim = _active.FindLastIndex(static r => r.Job.IsParked);
            Preempt(_active[victim >= 0 ? victim : _active.Count - 1]);
        }
    }

    // The whole pending prompts are wanted, but one cell each is enough to go on.
    private int WantedCells(int running)
    {
        int cells = running;
        foreach (ActiveRequest request in _active)
        {
            cells += request.Job.IsParked ? 0 : request.Pending.Length - 1;
        }

        return cells;
    }

    private void Preempt(ActiveRequest request)
    {
        request.Saved = _context.Cache.Save(request.Sequence!);
        request.Sequence = null;
        _active.Remove(request);
        _preempted.Insert(0, request);
        _counters = _counters with { Preemptions = _counters.Preemptions + 1 };
    }

    // The step was computed: its rows are in the cache.
    private (int Generating, int Prompt) Advance()
    {
        int generating = 0;
        int prompt = 0;
        foreach (ActiveRequest request in _active)
        {
            if (request.Rows == 0)
            {
                continue;
            }

            if (request.IsPrefilling)
            {
                prompt += request.Rows;
            }
            else
            {
                generating++;
            }

            _context.Cache.Append(request.Sequence!, request.Pending.Span[..request.Rows]);
            request.Pending = request.Pending[request.Rows..];
        }

        _counters = _counters with { Steps = _counters.Steps + 1, PromptTokens = _counters.PromptTokens + prompt };
        return (generating, prompt);
    }

    private void Sample()
    {
        for (int i = _active.Count - 1; i >= 0; i--)
        {
            ActiveRequest request = _active[i];
            if (request.LogitsRow < 0)
            {
                continue;
            }

            try
            {
                int before = request.Generated;
                bool ended = _writer.Write(request);
                _counters = _counters with { GeneratedTokens = _counters.GeneratedTokens + request.Generated - before };
                if (ended)
                {
                    Finish(request);
                }
            }
            catch (Exception e)
            {
                End(request, e);
            }
        }
    }

    // An interrupted step: what was computed is known to llama.cpp. The job that it was meant for is ended by the next Prepare.
    private void Recover()
    {
        for (int i = _active.Count - 1; i >= 0; i--)
        {
            ActiveRequest request = _active[i];
            if (request.Rows == 0)
            {
                continue;
            }

            int computed = _context.Cache.AppendComputed(request.Sequence!, request.Pending.Span[..request.Rows]);
            if (computed >= 0)
            {
                request.Pending = request.Pending[computed..];
            }
            else
            {
                // It starts anew, from its first token on.
                int[] all = [.. PrefixTree.TokensOf(request.Sequence!), .. request.Pending.Span];
                _context.Cache.Remove(request.Sequence!);
                request.Sequence = _context.Cache.Acquire(all)!;
                request.Pending = all.AsMemory(request.Sequence.Length);
                Reserve(request);
            }
        }
    }

    private void Finish(ActiveRequest request)
    {
        _allocatedAt = -1;
        _active.Remove(request);
        _context.Cache.Release(request.Sequence!);
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
