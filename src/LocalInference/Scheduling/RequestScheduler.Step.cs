namespace LocalInference;

// What the next step computes, who gives up cells for it, and where its results go.
internal sealed partial class RequestScheduler
{
    private bool Compose()
    {
        BatchBuffer batch = _context.Batch;
        batch.Clear();
        (int generating, int prefilling, int elsewhere, bool promptElsewhere) = BeginStep();
        if (generating > 0 && promptElsewhere)
        {
            _prefill.Expect();
        }

        bool takesTurns = !_isUnified && generating > 0 && prefilling > 0;
        _isTurnOfPrompts = takesTurns && !_isTurnOfPrompts;
        if (_isTurnOfPrompts)
        {
            AddPrompts(generating + elsewhere, prefilling, least: 0);
        }

        if (batch.Count == 0)
        {
            _isTurnOfPrompts = false;
            AddGenerating();
            if (prefilling > 0 && !takesTurns)
            {
                // Where nobody of the set generates, a step without prompts would be an empty one.
                AddPrompts(batch.Count + elsewhere, prefilling, least: batch.Count == 0 ? 1 : 0);
            }
        }

        return batch.Count > 0;
    }

    // Elsewhere: requests with other adapters, which have steps of their own.
    private (int Generating, int Prefilling, int Elsewhere, bool PromptElsewhere) BeginStep()
    {
        int generating = 0;
        int prefilling = 0;
        int elsewhere = 0;
        bool promptElsewhere = false;
        foreach (ActiveRequest request in _active)
        {
            request.Rows = 0;
            request.LogitsRow = -1;
            if (IsInStep(request))
            {
                generating += request.IsPrefilling ? 0 : 1;
                prefilling += request.IsPrefilling ? 1 : 0;
            }
            else if (!request.Job.IsParked)
            {
                elsewhere += request.IsPrefilling ? 0 : 1;
                promptElsewhere |= request.IsPrefilling;
            }
        }

        return (generating, prefilling, elsewhere, promptElsewhere);
    }

    private void AddGenerating()
    {
        Guess();
        foreach (ActiveRequest request in _active)
        {
            if (IsInStep(request) && !request.IsPrefilling && _context.Batch.Count < _context.Batch.Capacity)
            {
                Add(request, 1 + request.Guesses);
            }
        }
    }

    // One step computes with one set of adapters.
    private bool IsInStep(ActiveRequest request) => !request.Job.IsParked && request.Job.Adapters == _context.Adapters;

    // False: the next set could not be used, and those who chose it have left their places to others.
    private bool TryChooseAdapters()
    {
        if (_turns.Next(_active, _context.Adapters, _isTurnOfPrompts) is { } next)
        {
            if (!TryUse(next))
            {
                return false;
            }

            _turns.Begin();
        }

        return true;
    }

    private bool TryUse(AdapterSet adapters)
    {
        try
        {
            _context.Adapters = adapters;
            return true;
        }
        catch (Exception e)
        {
            for (int i = _active.Count - 1; i >= 0; i--)
            {
                if (_active[i].Job.Adapters == adapters)
                {
                    End(_active[i], e);
                }
            }

            return false;
        }
    }

    // Others: those that wait for their next token, in this step or for it to end.
    private void AddPrompts(int others, int prefilling, int least)
    {
        int taken = _context.Batch.Count;
        int most = Math.Min(_context.Batch.Capacity, _context.Cache.FreeCells) - taken;
        int budget = others > 0 ? Math.Min(Math.Max(_prefill.Budget(others, prefilling, most), least), most) : most;
        foreach (ActiveRequest request in _active)
        {
            if (budget > 0 && request.IsPrefilling && IsInStep(request))
            {
                // An equal share each; what one does not need goes to those behind it.
                int rows = Math.Min(request.Pending.Length, Math.Max(1, budget / prefilling));
                if (rows == request.Pending.Length && _context.Cache.WantsCheckpoint(request.Job.Prompt.Length))
                {
                    rows = BeforeCheckpoint(request, rows);
                }

                Add(request, rows);
                budget -= rows;
                prefilling--;
            }
        }
    }

    // The last token of such a prompt has a step of its own, and the state is kept before it.
    private int BeforeCheckpoint(ActiveRequest request, int rows)
    {
        if (rows > 1)
        {
            return rows - 1;
        }

        _context.Cache.Store(request.Sequence!);
        return rows;
    }

    private void Add(ActiveRequest request, int rows)
    {
        bool last = rows == request.Pending.Length;
        int row = _context.Batch.Add(request.Pending.Span[..rows], request.Sequence!.Length, request.Sequence.Id, logits: last ? 1 + request.Guesses : 0);
        request.Rows = rows;
        request.LogitsRow = last ? row : -1;
    }

    // Every running request gets the cell of its next token: from idle sequences first, then from a request that is moved to
    // host memory, a parked one rather than a running one, the youngest rather than an older one.
    private void MakeRoom()
    {
        while (true)
        {
            int wanted = RunningCount();
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
        // Nobody knows how many parked ones there will be, and when they go on: their states have to keep to the store's budget.
        request.Saved = request.Job.IsParked ? _context.Cache.Shelve(request.Sequence!) : _context.Cache.Save(request.Sequence!);
        request.Sequence = null;
        _active.Remove(request);
        _preempted.Insert(0, request);
        _counters = _counters with { Preemptions = _counters.Preemptions + 1 };
    }

    // The step was computed: its rows are in the cache. Returns how many of them were prompts'.
    private int Advance()
    {
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

            // A guess is in the cache only once it has turned out to be right.
            int known = request.Rows - request.Guesses;
            _context.Cache.Append(request.Sequence!, request.Pending.Span[..known], isBesideOthers: request.Rows < _context.Batch.Count);
            request.Pending = request.Pending[known..];
            if (request.Generated == 0 && request.Job.Options.ReportPromptProgress)
            {
                // Told in passing: a reader that is behind misses it, and nothing waits for that.
                request.Job.TryWrite(TokenEvent.Progress(request.Sequence!.Length));
            }
        }

        _counters = _counters with { Steps = _counters.Steps + 1, PromptTokens = _counters.PromptTokens + prompt };
        return prompt;
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
                bool ended = Write(request);
                if (request.Job.IsParked)
                {
                    _counters = _counters with { Parks = _counters.Parks + 1 };
                }

                _counters = _counters with { GeneratedTokens = _counters.GeneratedTokens + request.Generated - before };
                if (ended)
                {
                    Finish(request);
                }
                else if (request.WantsShift)
                {
                    Shift(request);
                }
            }
            catch (Exception e)
            {
                End(request, e);
            }
        }
    }

    // Chooses a token, and one more for each guess that it turns out to be.
    private bool Write(ActiveRequest request)
    {
        bool ended = _writer.Write(request);
        if (request.Speculation is not { } speculation)
        {
            return ended;
        }

        int right = 0;
        while (!ended && !request.WantsShift && !request.Job.IsParked && right < speculation.Count && speculation.IsRight(right, request.Last[0]))
        {
            speculation.Append(request.Last[0]);
            _context.Cache.Append(request.Sequence!, request.Last, isBesideOthers: request.Rows < _context.Batch.Count);
            request.LogitsRow++;
            right++;
            ended = _writer.Write(request);
        }

        if (speculation.Count > 0)
        {
            _counters = _counters with { GuessedTokens = _counters.GuessedTokens + speculation.Count, RightGuesses = _counters.RightGuesses + right };
            _context.Cache.DropUncounted(request.Sequence!);
            speculation.Drop();
        }

        if (!ended)
        {
            speculation.Append(request.Last[0]);
        }

        return ended;
    }

    // Before the step is composed, so that what is guessed for one leaves room for the others.
    private void Guess()
    {
        _draft?.BeginStep();
        int running = RunningCount();
        int room = Math.Min(_context.Batch.Capacity, Math.Min(_context.Cache.FreeCells, _outputs)) - running;
        foreach (ActiveRequest request in _active)
        {
            if (request.Speculation is not { } speculation || !IsInStep(request) || request.IsPrefilling)
            {
                continue;
            }

            int most = Math.Min(room, request.Remaining - 1);
            speculation.Guess(request.Last[0], most, running - 1, _costs);
            request.Pending = speculation.Rows;
            room -= speculation.Count;
        }
    }

    // The context is full. Keys hold their positions, so what moves to an earlier one is computed again, from the cached start on.
    private void Shift(ActiveRequest request)
    {
        int[] tokens = [.. PrefixTree.TokensOf(request.Sequence!), .. request.Pending.Span];
        int kept = Math.Min(request.Job.Options.KeepOnOverflow!.Value, request.ContextLength / 2);
        int dropped = (tokens.Length - kept) / 2;
        int[] all = [.. tokens[..kept], .. tokens[(kept + dropped)..]];

        _allocatedAt = -1;
        _context.Cache.Release(request.Sequence!);
        Restart(request, all);
        request.Shifted += dropped;
        request.WantsShift = false;
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

            if (request.Guesses > 0)
            {
                _context.Cache.DropUncounted(request.Sequence!);
                request.Speculation!.Drop();
                request.Pending = request.Last;
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
                Restart(request, all);
            }
        }
    }
}
