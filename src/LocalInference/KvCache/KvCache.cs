using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// The KV cache of a context: which sequence holds which tokens, who shares cells with whom, and what is given up when room is
/// needed. Requests acquire a sequence, append to it and release it; a released one stays as long as its cells are not
/// needed, so that a later prompt with the same start takes them over. Owned by the engine thread.
/// </summary>
internal sealed unsafe partial class KvCache : IDisposable
{
    private readonly ContextHandle _context;
    private readonly PrefixTree _tree = new();
    private readonly Stack<int> _freeIds = [];
    private readonly List<KvSequence> _sequences = [];
    private readonly bool _forgetsWholly;
    private readonly bool _isUnified;
    private readonly int _window;
    private long _uses;

    /// <param name="context">The context.</param>
    /// <param name="capacity">Cells there are.</param>
    /// <param name="maxSequences">Native ids there are, 1 to 256.</param>
    /// <param name="plan">How it is used.</param>
    public KvCache(ContextHandle context, int capacity, int maxSequences, ContextPlan plan)
    {
        _context = context;
        _forgetsWholly = plan.ForgetsWholly;
        _isUnified = plan.IsUnified;
        _keepsIdle = plan.IsOnDevice || !plan.IsUnified;
        _window = plan.Window;
        _storesWhole = plan.ForgetsWholly || !plan.IsUnified || _window > 0;
        _store = new PrefixStore(plan.PrefixBudget, wholeOnly: _storesWhole);
        _spareId = _storesWhole ? -1 : --maxSequences;

        // Without flash attention llama.cpp keeps the values of a token apart from each other, and copies them one by one.
        _gathers = _spareId >= 0 && !plan.IsOnDevice && plan.FlashAttention != false;
        _mostScattered = Math.Max(FewestScattered, capacity / CellsPerScattered);
        Capacity = capacity;
        for (int id = maxSequences - 1; id >= 0; id--)
        {
            _freeIds.Push(id);
        }
    }

    /// <summary>Cells there are.</summary>
    public int Capacity { get; }

    /// <summary>Cells that hold a token. What sequences with cells of their own have in common is in the cells of each.</summary>
    public int UsedCells
    {
        get
        {
            if (_isUnified)
            {
                return _tree.CellCount;
            }

            int cells = 0;
            foreach (KvSequence sequence in _sequences)
            {
                cells += sequence.Length;
            }

            return cells;
        }
    }

    /// <summary>Cells that nobody holds. Those that a sequence has for itself are always free for it, so all of them are.</summary>
    public int FreeCells => _isUnified ? Capacity - _tree.CellCount : Capacity;

    /// <summary>Cells that are free, or become free when everything idle is evicted.</summary>
    public int AvailableCells => FreeCells + _tree.CellsHeldOnlyBy(IdleSet());

    /// <summary>Whether <see cref="Acquire"/> finds a native id.</summary>
    public bool HasSequence => _freeIds.Count > 0 || _sequences.Exists(static s => s.IsIdle);

    private llama_memory_i* Memory => Llama.llama_get_memory(_context.Pointer);

    /// <summary>Tokens at the start of a prompt that the cache or the store holds; the last token of a prompt is never among them, because its logits are needed.</summary>
    public int CountCached(AdapterSet adapters, ReadOnlySpan<int> prompt) => Math.Max(
        _forgetsWholly ? WholeSequence(adapters, prompt)?.Length ?? 0 : Match(adapters, prompt).Length,
        _store.Match(adapters, prompt[..^1]).Length);

    /// <summary>A sequence for a request, which holds the longest start of its prompt that the cache or the store has.</summary>
    /// <returns><see langword="null"/> when requests use all native ids.</returns>
    public KvSequence? Acquire(AdapterSet adapters, ReadOnlySpan<int> prompt)
    {
        KvSequence? sequence = _forgetsWholly ? WholeSequence(adapters, prompt) : _isUnified ? null : TakeOver(adapters, prompt);
        if (sequence is null)
        {
            sequence = Create(adapters);
            if (sequence is null)
            {
                return null;
            }

            if (!_forgetsWholly)
            {
                (KvNode node, int length) = Match(adapters, prompt);
                if (length > 0 && CopyStart(node.Members.First, sequence, length))
                {
                    PrefixTree.Share(sequence, node, length);
                }
            }
        }

        sequence.IsIdle = false;
        BringBack(sequence, prompt);
        sequence.Gathered = sequence.Length;
        _hasNewIdle = true;
        return sequence;
    }

    /// <summary>Makes room for so many more tokens of a sequence, so that appending them allocates nothing.</summary>
    public static void Reserve(KvSequence sequence, int tokens) => PrefixTree.Reserve(sequence, tokens);

    /// <summary>Takes note of tokens that were computed into a sequence.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="isBesideOthers">The step had tokens of other sequences, too.</param>
    public void Append(KvSequence sequence, ReadOnlySpan<int> tokens, bool isBesideOthers = false)
    {
        int before = sequence.Length;
        _tree.Append(sequence, tokens);
        if (isBesideOthers && tokens.Length < FewestTogether)
        {
            sequence.Gathered = Math.Min(sequence.Gathered, before);
            _scattered += tokens.Length;
        }
        else if (sequence.Gathered >= before)
        {
            sequence.Gathered = sequence.Length;
        }
    }

    /// <summary>Keeps a sequence for its prefix.</summary>
    public void Release(KvSequence sequence)
    {
        sequence.IsIdle = true;
        _hasNewIdle = true;
        sequence.LastUsed = ++_uses;
        if (sequence.Length == 0)
        {
            Remove(sequence);
        }
    }

    /// <summary>Gives up a sequence and what only it holds.</summary>
    public void Remove(KvSequence sequence)
    {
        _context.RemoveTokens(sequence.Id, -1, -1);
        _tree.Remove(sequence);
        _sequences.Remove(sequence);
        _freeIds.Push(sequence.Id);
    }

    /// <summary>
    /// Evicts idle sequences until so many cells are free. First goes what is both old and large; of a sequence only as much as is
    /// needed, from its end, so that the start that later prompts may share stays longest.
    /// </summary>
    /// <returns>Whether so many are free now.</returns>
    public bool TryFree(int cells)
    {
        while (FreeCells < cells)
        {
            KvSequence? victim = WorstIdle();
            if (victim is null)
            {
                return false;
            }

            Store(victim);

            // One that holds nothing alone frees nothing, but leaves its cells to another idle one.
            int own = PrefixTree.OwnCells(victim);
            int keep = victim.Length - Math.Min(own, cells - FreeCells);
            if (_forgetsWholly || own == 0 || keep == 0 || !_context.RemoveTokens(victim.Id, keep, -1))
            {
                Remove(victim);
            }
            else
            {
                _tree.Truncate(victim, keep);
            }
        }

        return true;
    }

    /// <summary>Copies a sequence's state to host memory and gives up its cells.</summary>
    public SavedSequence Save(KvSequence sequence)
    {
        var saved = new SavedSequence(sequence.Adapters, PrefixTree.TokensOf(sequence), SavedState.TryCopy(_context, sequence.Id, long.MaxValue));
        Remove(sequence);
        return saved;
    }

    /// <summary>Gives up a sequence's cells and leaves its state to the store, from where <see cref="Acquire"/> brings back what is still there.</summary>
    public SavedSequence Shelve(KvSequence sequence)
    {
        var saved = new SavedSequence(sequence.Adapters, PrefixTree.TokensOf(sequence), state: null);
        Evict(sequence);
        return saved;
    }

    /// <summary>Brings a saved sequence back. The caller has freed enough cells.</summary>
    /// <returns><see langword="null"/> if there is no native id, or llama.cpp found no place; nothing has changed then.</returns>
    public KvSequence? Restore(SavedSequence saved)
    {
        KvSequence? sequence = Create(saved.Adapters);
        if (sequence is null)
        {
            return null;
        }

        if (saved.State?.TryRestore(_context, sequence.Id) != true)
        {
            Remove(sequence);
            return null;
        }

        _tree.Append(sequence, saved.Tokens);
        sequence.Gathered = sequence.Length;
        return sequence;
    }

    /// <summary>Takes over from llama.cpp what an interrupted step computed of a sequence.</summary>
    /// <param name="sequence">A sequence of the step.</param>
    /// <param name="tokens">The tokens that the step was to append.</param>
    /// <returns>How many of them are in the cache; -1: the sequence is lost, because a recurrent state cannot be wound back.</returns>
    public int AppendComputed(KvSequence sequence, ReadOnlySpan<int> tokens)
    {
        int computed = Llama.llama_memory_seq_pos_max(Memory, sequence.Id) + 1 - sequence.Length;
        if (_forgetsWholly || computed < 0 || computed > tokens.Length)
        {
            return -1;
        }

        _tree.Append(sequence, tokens[..computed]);
        return computed;
    }

    /// <summary>Gives up cells of a sequence that were computed and not appended: guesses that were wrong.</summary>
    public void DropUncounted(KvSequence sequence) => _context.RemoveTokens(sequence.Id, sequence.Length, -1);

    /// <summary>Gives up the end of a sequence. Not for recurrent models.</summary>
    public void Truncate(KvSequence sequence, int length)
    {
        if (length < sequence.Length)
        {
            _context.RemoveTokens(sequence.Id, length, -1);
            _tree.Truncate(sequence, length);
        }
    }

    /// <summary>Gives up everything.</summary>
    public void Clear()
    {
        while (_sequences.Count > 0)
        {
            Remove(_sequences[^1]);
        }

        _context.ClearTokens();
    }

    /// <summary>Whether llama.cpp holds for every sequence what the mirror says; for tests and the soak.</summary>
    public bool EqualsNative() =>
        _sequences.TrueForAll(s =>
            Llama.llama_memory_seq_pos_max(Memory, s.Id) == s.Length - 1
            && (s.Length == 0 || _forgetsWholly || _window > 0 || Llama.llama_memory_seq_pos_min(Memory, s.Id) == 0))
        && _freeIds.All(id => Llama.llama_memory_seq_pos_max(Memory, id) == -1)
        && (_spareId < 0 || Llama.llama_memory_seq_pos_max(Memory, _spareId) == -1);

    public void Dispose()
    {
        _store.Dispose();
        NativeMemory.Free(_moved);
        _moved = null;
        _movedSize = 0;
    }

    // An id of its own costs nothing when an idle sequence holds no cells alone; otherwise the worst one has to go.
    private KvSequence? Create(AdapterSet adapters)
    {
        if (_freeIds.Count == 0)
        {
            KvSequence? victim = _sequences.Find(s => s.IsIdle && PrefixTree.OwnCells(s) == 0) ?? WorstIdle();
            if (victim is null)
            {
                return null;
            }

            Evict(victim);
        }

        var sequence = new KvSequence(_freeIds.Pop(), adapters, _tree.RootOf(adapters));
        _sequences.Add(sequence);
        return sequence;
    }

    // The idle sequence with the largest product of age and cells that its end would free.
    private KvSequence? WorstIdle(int fewestOwnCells = 0)
    {
        KvSequence? worst = null;
        long worstScore = -1;
        foreach (KvSequence sequence in _sequences)
        {
            if (sequence.IsIdle && PrefixTree.OwnCells(sequence) is int own && own >= fewestOwnCells)
            {
                long score = (_uses - sequence.LastUsed + 1) * own;
                if (score > worstScore)
                {
                    (worst, worstScore) = (sequence, score);
                }
            }
        }

        return worst;
    }

    // A sequence without cells of its own goes on in those of an idle one that holds the longest start of its prompt: a copy would
    // take the place of another idle one. That one loses what it holds behind it, so where there is place, only if it is little; and
    // if it is more, it goes to the store.
    private KvSequence? TakeOver(AdapterSet adapters, ReadOnlySpan<int> prompt)
    {
        (KvNode node, int length) = Match(adapters, prompt);
        KvSequence? shortest = null;
        foreach (KvSequence sequence in _sequences)
        {
            if (length > 0 && sequence.IsIdle && node.Members.Contains(sequence.Id) && HasWindow(sequence.Id, length) && sequence.Length < (shortest?.Length ?? int.MaxValue))
            {
                shortest = sequence;
            }
        }

        bool losesMuch = shortest?.Length - length >= FewestMoved;
        if (shortest is null || (losesMuch && _freeIds.Count > 0))
        {
            return null;
        }

        if (losesMuch)
        {
            Store(shortest);
        }

        Truncate(shortest, length);
        return shortest;
    }

    private bool CopyStart(int source, KvSequence target, int length)
    {
        if (_isUnified)
        {
            _context.CopyTokens(source, target.Id, 0, length);
            return true;
        }

        // Through host memory: between streams llama.cpp copies only whole ones, and not before the next step, when the source may
        // hold something else (llama_kv_cache::seq_cp).
        using SavedState? state = SavedState.TryCopy(_context, source, long.MaxValue);
        if (state?.TryRestore(_context, target.Id) != true)
        {
            return false;
        }

        _context.RemoveTokens(target.Id, length, -1);
        if (HasWindow(target.Id, length))
        {
            return true;
        }

        _context.RemoveTokens(target.Id, -1, -1);
        return false;
    }

    // The longest start of a prompt that a sequence has, and can be gone on with.
    private (KvNode Node, int Length) Match(AdapterSet adapters, ReadOnlySpan<int> prompt)
    {
        (KvNode node, int length) = _tree.Match(adapters, prompt[..^1]);
        return length > 0 && HasWindow(node.Members.First, length) ? (node, length) : (node, 0);
    }

    // llama.cpp gives the cells behind a sliding window to whoever needs some, and leaves them out of a saved state, whatever its swa_full
    // says (llama_kv_cache::find_slot, state_write). A start of the sequence whose window is not there any more would be computed
    // without it, and nobody would notice.
    private bool HasWindow(int id, int length) =>
        _window == 0 || (Llama.llama_memory_seq_pos_min(Memory, id) is >= 0 and var first && first <= Math.Max(0, length - _window));

    // The longest idle sequence whose every token starts the prompt, with at least one token of it left.
    private KvSequence? WholeSequence(AdapterSet adapters, ReadOnlySpan<int> prompt)
    {
        KvSequence? best = null;
        foreach (KvSequence sequence in _sequences)
        {
            if (sequence.IsIdle
                && sequence.Adapters == adapters
                && sequence.Length < prompt.Length
                && sequence.Length > (best?.Length ?? 0)
                && prompt.StartsWith(PrefixTree.TokensOf(sequence)))
            {
                best = sequence;
            }
        }

        return best;
    }

    private SequenceSet IdleSet()
    {
        SequenceSet idle = default;
        foreach (KvSequence sequence in _sequences)
        {
            if (sequence.IsIdle)
            {
                idle.Add(sequence.Id);
            }
        }

        return idle;
    }
}
