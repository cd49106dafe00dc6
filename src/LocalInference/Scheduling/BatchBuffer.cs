using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// The native arrays of a <c>llama_batch</c>, made once per context and reused for every step. Owned by the engine thread.
/// </summary>
internal sealed unsafe class BatchBuffer : IDisposable
{
    private readonly int _capacity;
    private readonly int* _sequence;
    private llama_batch _batch;

    public BatchBuffer(int capacity)
    {
        _capacity = capacity;
        _sequence = (int*)NativeMemory.AllocZeroed(sizeof(int));
        _batch.token = (int*)NativeMemory.Alloc((nuint)capacity, sizeof(int));
        _batch.pos = (int*)NativeMemory.Alloc((nuint)capacity, sizeof(int));
        _batch.n_seq_id = (int*)NativeMemory.Alloc((nuint)capacity, sizeof(int));
        _batch.seq_id = (int**)NativeMemory.Alloc((nuint)capacity, (nuint)sizeof(int*));
        _batch.logits = (sbyte*)NativeMemory.Alloc((nuint)capacity, sizeof(sbyte));

        // Every row belongs to sequence 0 until the scheduler of many sequences comes.
        new Span<int>(_batch.n_seq_id, capacity).Fill(1);
        for (int i = 0; i < capacity; i++)
        {
            _batch.seq_id[i] = _sequence;
        }
    }

    /// <summary>The batch as filled so far.</summary>
    public llama_batch Value => _batch;

    /// <summary>Fills the batch with consecutive tokens; the last row asks for logits if wanted.</summary>
    /// <param name="tokens">At most the capacity, which is the context's <c>n_batch</c>: more would abort the process.</param>
    /// <param name="position">Position of the first one in the sequence.</param>
    /// <param name="wantLogits">Whether the last row's logits are needed.</param>
    public void Fill(ReadOnlySpan<int> tokens, int position, bool wantLogits)
    {
        if (tokens.Length > _capacity)
        {
            throw new ArgumentException($"{tokens.Length} tokens do not fit a batch of {_capacity}", nameof(tokens));
        }

        tokens.CopyTo(new Span<int>(_batch.token, _capacity));
        for (int i = 0; i < tokens.Length; i++)
        {
            _batch.pos[i] = position + i;
            _batch.logits[i] = 0;
        }

        _batch.logits[tokens.Length - 1] = wantLogits ? (sbyte)1 : (sbyte)0;
        _batch.n_tokens = tokens.Length;
    }

    public void Dispose()
    {
        NativeMemory.Free(_batch.token);
        NativeMemory.Free(_batch.pos);
        NativeMemory.Free(_batch.n_seq_id);
        NativeMemory.Free(_batch.seq_id);
        NativeMemory.Free(_batch.logits);
        NativeMemory.Free(_sequence);
        _batch = default;
    }
}
