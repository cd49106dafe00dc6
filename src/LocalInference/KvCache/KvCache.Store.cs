namespace LocalInference;

// What leaves the cells for the store, and comes back from there.
internal sealed partial class KvCache
{
    // Moving fewer gains nothing: they are masked out faster than they are copied.
    private const int FewestMoved = 64;

    // What is copied to free a cell; beyond that the rest of the sequence had better stay where others share it.
    private const int MostCopiedPerCell = 4;

    private readonly PrefixStore _store;

    // A range of a sequence has no state of its own: it is copied to this id, and saved or restored there. -1: no ranges.
    private readonly int _spareId;
    private readonly bool _storesWhole;
    private readonly bool _keepsIdle;
    private bool _hasNewIdle;

    /// <summary>Bytes of idle prefixes in host memory.</summary>
    public long StoredBytes => _store.MemoryBytes;

    /// <summary>
    /// Moves an idle sequence to the store. On the CPU the cells between a request's own are not free of charge: llama.cpp walks
    /// over every cell up to the last one in use, and gives each thread an equal share of them (ggml-cpu/ops.cpp, the split of
    /// flash attention for a single row), so that of two threads one may find nothing but idle cells. 1,000 of them took
    /// 18 % of the speed of a 135M model.
    /// </summary>
    /// <returns>Whether one was moved.</returns>
    public bool MoveIdle()
    {
        if (_keepsIdle || !_store.IsEnabled || !_hasNewIdle)
        {
            return false;
        }

        if (WorstIdle(FewestMoved) is { } victim)
        {
            int missing = victim.Length - (_forgetsWholly ? 0 : _store.Match(victim.Adapters, PrefixTree.TokensOf(victim)).Length);
            if (missing <= PrefixTree.OwnCells(victim) * MostCopiedPerCell)
            {
                Evict(victim);
                return true;
            }
        }

        _hasNewIdle = false;
        return false;
    }

    /// <summary>
    /// Whether a recurrent model's state is to be kept before the last token of a prompt of this length: the prompt may come
    /// again, alone or with more behind it, and the state cannot be wound back to there.
    /// </summary>
    public bool WantsCheckpoint(int promptLength) => _forgetsWholly && _store.IsEnabled && promptLength >= FewestMoved;

    /// <summary>Copies the state of the longest start of these tokens that the cache or the store has.</summary>
    /// <returns>How many tokens, and their state; <see langword="null"/> when there is nothing, or no room to look at it.</returns>
    public (int Tokens, SavedState State)? Copy(AdapterSet adapters, ReadOnlySpan<int> tokens)
    {
        // As for a prompt that goes on behind them. It takes a native id for a moment.
        if (Acquire(adapters, [.. tokens, 0]) is not { } sequence)
        {
            return null;
        }

        SavedState? state = sequence.Length > 0 ? SavedState.TryCopy(_context, sequence.Id, long.MaxValue) : null;
        int length = sequence.Length;
        Release(sequence);
        return state is null ? null : (length, state);
    }

    /// <summary>Takes a state into the store, as if these tokens had been computed here.</summary>
    /// <returns>Whether there was room for it.</returns>
    public bool Take(AdapterSet adapters, ReadOnlySpan<int> tokens, SavedState state)
    {
        if (!_store.IsEnabled || _store.Match(adapters, tokens).Length == tokens.Length)
        {
            state.Dispose();
            return _store.IsEnabled;
        }

        _store.Add(adapters, null, 0, tokens, most => state.Size <= most ? state : null);
        if (_store.Match(adapters, tokens).Length == tokens.Length)
        {
            return true;
        }

        state.Dispose();
        return false;
    }

    /// <summary>Keeps a copy of a sequence's state as it is now, if there is room for it.</summary>
    public void Store(KvSequence sequence)
    {
        if (!_store.IsEnabled)
        {
            return;
        }

        int[] tokens = PrefixTree.TokensOf(sequence);
        (PrefixSegment? parent, int stored) = _store.Match(sequence.Adapters, tokens);
        if (PrefixStore.IsTooShort(tokens.Length - stored))
        {
            _store.PathTo(parent);
            return;
        }

        if (_storesWhole)
        {
            (parent, stored) = (null, 0);
        }

        _store.Add(sequence.Adapters, parent, stored, tokens.AsSpan(stored), most => CopyFrom(sequence, stored, most));
    }

    private void Evict(KvSequence sequence)
    {
        Store(sequence);
        Remove(sequence);
    }

    private SavedState? CopyFrom(KvSequence sequence, int start, long mostBytes)
    {
        if (start == 0)
        {
            return SavedState.TryCopy(_context, sequence.Id, mostBytes);
        }

        _context.CopyTokens(sequence.Id, _spareId, start, -1);
        SavedState? state = SavedState.TryCopy(_context, _spareId, mostBytes);
        _context.RemoveTokens(_spareId, -1, -1);
        return state;
    }

    // Extends a sequence by what the store has of its prompt.
    private void BringBack(KvSequence sequence, ReadOnlySpan<int> prompt)
    {
        (PrefixSegment? segment, int length) = _store.Match(sequence.Adapters, prompt[..^1]);
        if (PrefixStore.IsTooShort(length - sequence.Length))
        {
            return;
        }

        List<PrefixSegment> path = _store.PathTo(segment);
        if (_storesWhole)
        {
            BringBackWhole(sequence, path[^1]);
            return;
        }

        for (int i = 0; i < path.Count; i++)
        {
            int end = i + 1 < path.Count ? path[i + 1].Start : length;
            if (end > sequence.Length && !TryBringBack(sequence, path[i], prompt[..end]))
            {
                return;
            }
        }
    }

    // For a moment the whole segment needs cells, though the prompt may want a part of it only.
    private bool TryBringBack(KvSequence sequence, PrefixSegment segment, ReadOnlySpan<int> prompt)
    {
        if (!TryFree(segment.Tokens.Length) || !segment.State.TryRestore(_context, _spareId))
        {
            return false;
        }

        _context.CopyTokens(_spareId, sequence.Id, sequence.Length, prompt.Length);
        _context.RemoveTokens(_spareId, -1, -1);
        _tree.Append(sequence, prompt[sequence.Length..]);
        return true;
    }

    private void BringBackWhole(KvSequence sequence, PrefixSegment segment)
    {
        _context.RemoveTokens(sequence.Id, -1, -1);
        _tree.Truncate(sequence, 0);
        if (TryFree(segment.Tokens.Length) && segment.State.TryRestore(_context, sequence.Id))
        {
            _tree.Append(sequence, segment.Tokens);
        }
    }
}
