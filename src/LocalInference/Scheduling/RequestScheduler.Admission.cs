namespace LocalInference;

// Who gets a place: parked and preempted requests that go on, and waiting ones that begin.
internal sealed partial class RequestScheduler
{
    private void Unpark(List<ActiveRequest> requests)
    {
        for (int i = requests.Count - 1; i >= 0; i--)
        {
            ActiveRequest request = requests[i];
            if (request.Job.IsParked && request.Job.HasRoom && TokenWriter.Flush(request))
            {
                Finish(request);
            }
        }
    }

    private void FillPlaces()
    {
        do
        {
            Resume();
            Admit();
        }
        while (GiveUpParked());
    }

    // Preempted requests come first, the oldest before the others, so that nobody starves.
    private void Resume()
    {
        while (_preempted.Find(s_isRunnable) is { } request && RunningCount() < _parallel)
        {
            SavedSequence saved = request.Saved!;
            int wanted = saved.Tokens.Length + request.Pending.Length + GrowthAssumed;
            if (_active.Count > 0 && (!_context.Cache.HasSequence || _context.Cache.AvailableCells < wanted))
            {
                return;
            }

            if (_context.Cache.TryFree(saved.Tokens.Length) && saved.State is not null && _context.Cache.Restore(saved) is { } sequence)
            {
                request.Sequence = sequence;
                Reserve(request);
            }
            else
            {
                // Its state is lost, or there is no place for it in one piece: compute it again. What was chosen stays chosen.
                Restart(request, [.. saved.Tokens, .. request.Pending.Span]);
            }

            _preempted.Remove(request);
            saved.Dispose();
            request.Saved = null;
            Enter(request);
        }
    }

    private void Admit()
    {
        while (Queue.Count > 0 && !_preempted.Exists(s_isRunnable) && RunningCount() < _parallel && Queue.Take(_isReady, _fits) is { } job)
        {
            _onLeftQueue();
            Start(job);
        }
    }

    // Readers that do not read keep nobody out: where a place is free and something is missing for it that a parked request holds,
    // the youngest of them gives up its sequence.
    private bool GiveUpParked()
    {
        if (Queue.Count == 0 && !_preempted.Exists(s_isRunnable))
        {
            return false;
        }

        int running = RunningCount();
        if (running == _parallel || (running > 0 && _context.Cache.HasSequence))
        {
            return false;
        }

        ActiveRequest? parked = _active.FindLast(static request => request.Job.IsParked);
        if (parked is not null)
        {
            Preempt(parked);
        }

        return parked is not null;
    }

    private void Start(GenerationJob job)
    {
        _allocatedAt = -1;
        TokenSampler? sampler = null;
        Speculation? speculation = null;
        KvSequence? sequence = null;
        try
        {
            sampler = TokenSampler.Create(job.Options, _tokenizer, _context.Length, _candidates);
            foreach (int token in job.Prompt)
            {
                sampler.AcceptPrompt(token);
            }

            sequence = Begin(job.Adapters, job.Prompt);
            LogProbabilities? logProbabilities = job.Options.LogProbabilities is { } top ? new(_context.VocabularySize, top) : null;
            speculation = SpeculationOf(job);
            var request = new ActiveRequest(job, sequence, sampler, logProbabilities, Math.Min(job.Options.ContextLength ?? int.MaxValue, _context.Length))
            {
                Speculation = speculation,

                // From now on it waits for its adapters' turn, behind those who have waited longer.
                LastTurn = _turns.Number,
            };
            _counters = _counters with { CachedPromptTokens = _counters.CachedPromptTokens + sequence.Length };
            Reserve(request);
            Enter(request);
        }
        catch (Exception e)
        {
            // Whatever it was, it belongs to the request; the thread serves the next one.
            sampler?.Dispose();
            speculation?.Dispose();
            if (sequence is not null)
            {
                _context.Cache.Remove(sequence);
            }

            job.Dispose();
            job.Fail(e);
        }
    }

    // Without a unified cache llama.cpp computes requests together only where their ids follow one another
    // (llama_batch_allocr::split_equal); nobody is preempted there, so nothing depends on the order of admission.
    private void Enter(ActiveRequest request)
    {
        int place = _isUnified ? -1 : _active.FindIndex(other => other.Sequence!.Id > request.Sequence!.Id);
        _active.Insert(place < 0 ? _active.Count : place, request);
    }

    private Speculation? SpeculationOf(GenerationJob job)
    {
        int most = (int)Math.Min(_context.Length, (long)job.Prompt.Length + (job.Options.MaxTokens ?? int.MaxValue));
        return _speculation switch
        {
            SpeculationMode.PromptLookup => new(new PromptLookup(job.Prompt, most)),
            SpeculationMode.DraftModel => new(new DraftGuesser(_draft!, job.Prompt, most)),
            _ => null,
        };
    }

    // Whoever calls it has seen to it that there is a sequence.
    private KvSequence Begin(AdapterSet adapters, int[] tokens) =>
        _context.Cache.Acquire(adapters, tokens) ?? throw new InvalidOperationException("No sequence was free for a request that was to run.");

    // Puts a request that has lost its sequence on another, which begins with what is cached of all its tokens.
    private void Restart(ActiveRequest request, int[] all)
    {
        request.Sequence = Begin(request.Job.Adapters, all);
        request.Pending = all.AsMemory(request.Sequence.Length);
        Reserve(request);
    }

    private static void Reserve(ActiveRequest request) =>
        KvCache.Reserve(request.Sequence!, request.Pending.Length + request.Remaining);

    // A request whose start another one is computing right now waits for it, and then shares it.
    private bool IsReady(GenerationJob job)
    {
        int cached = -1;
        foreach (ActiveRequest other in _active)
        {
            if (other.Generated > 0 || other.Job.Adapters != job.Adapters)
            {
                continue;
            }

            int shared = Math.Min(job.Prompt.AsSpan().CommonPrefixLength(other.Job.Prompt), job.Prompt.Length - 1);
            if (shared > other.Sequence!.Length)
            {
                cached = cached < 0 ? _context.Cache.CountCached(job.Adapters, job.Prompt) : cached;
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

        if (!_context.Cache.HasSequence || !_isUnified)
        {
            return _context.Cache.HasSequence;
        }

        int growth = 0;
        foreach (ActiveRequest request in _active)
        {
            growth += request.Pending.Length + Math.Min(request.Remaining, GrowthAssumed);
        }

        // Its cached start counts in full: those cells may be among the available ones, and must not be given away for it.
        int wanted = job.Prompt.Length + Math.Min(job.Options.MaxTokens ?? GrowthAssumed, GrowthAssumed);
        return _context.Cache.AvailableCells >= wanted + growth;
    }

    // Parked requests keep their cells and give up their place.
    private int RunningCount() => CountRunnable(_active);

    // For those who look from other threads, where the lists cannot be gone through.
    private void TakeStock()
    {
        int running = RunningCount();
        int preempted = CountRunnable(_preempted);
        _load = new EngineLoad
        {
            Running = running,
            Preempted = preempted,
            Parked = _active.Count + _preempted.Count - running - preempted,
            UsedCells = _context.Cache.UsedCells,
        };
    }

    private static int CountRunnable(List<ActiveRequest> requests)
    {
        int count = 0;
        foreach (ActiveRequest request in requests)
        {
            count += request.Job.IsParked ? 0 : 1;
        }

        return count;
    }
}
