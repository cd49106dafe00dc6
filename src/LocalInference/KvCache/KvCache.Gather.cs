using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

// Lays the cells of each sequence beside each other again.
internal sealed unsafe partial class KvCache
{
    // So many tokens of one step lie together well enough.
    private const int FewestTogether = 16;

    // More often, and looking at each sequence's cells costs more than it gains; llama.cpp walks over all cells to find them.
    private const int FewestScattered = 128;
    private const int CellsPerScattered = 128;

    private readonly bool _gathers;
    private readonly int _mostScattered;
    private readonly List<Move> _moves = [];
    private byte* _moved;
    private nuint _movedSize;
    private int _scattered;

    /// <summary>
    /// Moves the newest cells of sequences that grew side by side. llama.cpp gives cells in the order of a step's rows, so the sequences
    /// of a unified cache lie token by token between each other, and on the CPU attention waits for memory then: four sequences of 800 tokens
    /// took 69 ms a step on two cores instead of 44, eight of 256 tokens 73 instead of 48 (a 135M model, Q4_K_M). Sequences of others lie
    /// between a sequence's own cells afterwards, too, but in pieces of many. Allocates nothing once its memory is large enough.
    /// </summary>
    /// <returns>How many cells were moved.</returns>
    /// <exception cref="NativeLibraryException">llama.cpp did not take back what was moved.</exception>
    public int Gather()
    {
        if (!_gathers || _scattered < _mostScattered)
        {
            return 0;
        }

        _scattered = 0;
        if (!TryCopyScattered())
        {
            return 0;
        }

        // All of them, before the first comes back: it takes the place of several.
        foreach (Move move in _moves)
        {
            _context.RemoveTokens(move.Sequence.Id, move.Start, -1);
        }

        int moved = 0;
        foreach (Move move in _moves)
        {
            byte* state = _moved + move.Offset;
            if (Llama.llama_state_seq_set_data_ext(_context.Pointer, state, move.Size, _spareId, 0) != move.Size)
            {
                throw ExceptionFactory.NativeLibrary(
                    $"llama.cpp found no place for {move.Sequence.Length - move.Start} tokens that it held before, in a KV cache of {Capacity} cells",
                    "Look at the log for the cause; the next request starts with an empty cache.");
            }

            _context.Observer?.Restored(_spareId, new ReadOnlySpan<byte>(state, checked((int)move.Size)));
            _context.CopyTokens(_spareId, move.Sequence.Id, move.Start, -1);
            _context.RemoveTokens(_spareId, -1, -1);
            moved += move.Sequence.Length - move.Start;
        }

        return moved;
    }

    // False: there is nothing to gain, or no memory for it. Nothing has changed then.
    private bool TryCopyScattered()
    {
        _moves.Clear();
        nuint end = 0;
        foreach (KvSequence sequence in _sequences)
        {
            // What it shares with others stays where it is.
            int start = Math.Max(Math.Min(sequence.Gathered, sequence.Length), sequence.Length - PrefixTree.OwnCells(sequence));
            sequence.Gathered = sequence.Length;
            if (start == sequence.Length)
            {
                continue;
            }

            _context.CopyTokens(sequence.Id, _spareId, start, -1);
            nuint size = Llama.llama_state_seq_get_size_ext(_context.Pointer, _spareId, 0);
            bool copied = TryReserve(end + size) && Llama.llama_state_seq_get_data_ext(_context.Pointer, _moved + end, size, _spareId, 0) == size;
            if (copied)
            {
                _context.Observer?.Saved(_spareId, new ReadOnlySpan<byte>(_moved + end, checked((int)size)));
            }

            _context.RemoveTokens(_spareId, -1, -1);
            if (!copied)
            {
                return false;
            }

            _moves.Add(new Move(sequence, start, end, size));
            end += size;
        }

        return _moves.Count > 1;
    }

    private bool TryReserve(nuint size)
    {
        if (size <= _movedSize)
        {
            return true;
        }

        try
        {
            _moved = (byte*)NativeMemory.Realloc(_moved, size);
            _movedSize = size;
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    private readonly record struct Move(KvSequence Sequence, int Start, nuint Offset, nuint Size);
}
