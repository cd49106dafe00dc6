using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// The native arrays of a <c>llama_batch</c>, made once per context and filled anew for every step. Owned by the engine thread.
/// </summary>
internal sealed unsafe class BatchBuffer : IDisposable
{
    private readonly int* _sequences;
    private llama_batch _batch;

    /// <param name="capacity">Rows; the context's <c>n_batch</c>, since more would abort the process.</param>
    public BatchBuffer(int capacity)
    {
        Capacity = capacity;
        _sequences = (int*)NativeMemory.AllocZeroed((nuint)capacity, sizeof(int));
        _batch.token = (int*)NativeMemory.Alloc((nuint)capacity, sizeof(int));
        _batch.pos = (int*)NativeMemory.Alloc((nuint)capacity, sizeof(int));
        _batch.n_seq_id = (int*)NativeMemory.Alloc((nuint)capacity, sizeof(int));
        _batch.seq_id = (int**)NativeMemory.Alloc((nuint)capacity, (nuint)sizeof(int*));
        _batch.logits = (sbyte*)NativeMemory.Alloc((nuint)capacity, sizeof(sbyte));

        // A row computes for one sequence; others share its cell later, by copying.
        new Span<int>(_batch.n_seq_id, capacity).Fill(1);
        for (int i = 0; i < capacity; i++)
        {
            _batch.seq_id[i] = _sequences + i;
        }
    }

    public int Capacity { get; }

    public int Count => _batch.n_tokens;

    /// <summary>The batch as filled so far.</summary>
    public llama_batch Value => _batch;

    public void Clear() => _batch.n_tokens = 0;

    /// <summary>Adds consecutive tokens of a sequence.</summary>
    /// <param name="tokens">At most what is left of the capacity.</param>
    /// <param name="position">Position of the first one in its sequence.</param>
    /// <param name="sequence">The native id.</param>
    /// <param name="logits">How many rows, counted from the last one, need their logits.</param>
    /// <returns>The first of those rows, or the last row.</returns>
    public int Add(ReadOnlySpan<int> tokens, int position, int sequence, int logits)
    {
        int first = _batch.n_tokens;
        if (tokens.IsEmpty || tokens.Length > Capacity - first)
        {
            throw new ArgumentException($"{tokens.Length} tokens do not fit a batch with {Capacity - first} free rows", nameof(tokens));
        }

        tokens.CopyTo(new Span<int>(_batch.token + first, tokens.Length));
        for (int i = 0; i < tokens.Length; i++)
        {
            _batch.pos[first + i] = position + i;
            _sequences[first + i] = sequence;
            _batch.logits[first + i] = i >= tokens.Length - logits ? (sbyte)1 : (sbyte)0;
        }

        _batch.n_tokens = first + tokens.Length;
        return _batch.n_tokens - Math.Max(1, logits);
    }

    public void Dispose()
    {
        NativeMemory.Free(_batch.token);
        NativeMemory.Free(_batch.pos);
        NativeMemory.Free(_batch.n_seq_id);
        NativeMemory.Free(_batch.seq_id);
        NativeMemory.Free(_batch.logits);
        NativeMemory.Free(_sequences);
        _batch = default;
    }
}
