using LocalInference.Native;
using LocalInference.Parity.Engine;

namespace LocalInference.Parity.Rounding;

/// <summary>
/// Computes sequences one by one in a context of their own: the prompt in as few batches as it fits, then one token after the
/// other. For one thread.
/// </summary>
internal sealed class Alone : IDisposable
{
    private readonly InferenceContext _context;

    /// <param name="model">The weights; it must outlive this.</param>
    /// <param name="setup">How the engine's context was made.</param>
    public Alone(LocalModel model, EngineSetup setup)
    {
        ContextPlan plan = new()
        {
            ContextLength = setup.ContextLength,
            Parallel = 1,
            Cells = setup.ContextLength,
            Sequences = 1,
            BatchSize = setup.Rows,
            Outputs = 1,
            KeyType = setup.CacheType,
            ValueType = setup.CacheType,
            FlashAttention = setup.FlashAttention,
            IsUnified = true,
            ForgetsWholly = true,
            IsOnDevice = false,
            PrefixBudget = new PrefixBudget(0, 0, ""),
        };
        _context = new InferenceContext(NativeRuntime.Get(), model.Handle, plan, setup.Threads);
    }

    /// <summary>The logits from which each token of an answer was, or could have been, chosen.</summary>
    public float[][] Logits(int[] prompt, int[] answer)
    {
        _context.Cache.Clear();
        float[][] logits = new float[answer.Length][];
        int position = 0;
        for (int i = 0; i < answer.Length; i++)
        {
            ReadOnlySpan<int> tokens = i == 0 ? prompt : answer.AsSpan(i - 1, 1);
            while (!tokens.IsEmpty)
            {
                int rows = Math.Min(tokens.Length, _context.Batch.Capacity);
                _context.Batch.Clear();
                _context.Batch.Add(tokens[..rows], position, sequence: 0, logits: rows == tokens.Length ? 1 : 0);
                if (!_context.Decode())
                {
                    throw new InvalidOperationException("A computation that nobody interrupts was interrupted.");
                }

                position += rows;
                tokens = tokens[rows..];
            }

            logits[i] = _context.Logits(_context.Batch.Count - 1).ToArray();
        }

        return logits;
    }

    public void Dispose() => _context.Dispose();
}
