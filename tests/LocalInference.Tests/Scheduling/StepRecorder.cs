using LocalInference.Native;

namespace LocalInference.Tests.Scheduling;

/// <summary>Keeps whose rows each step of an engine has. Told by the engine's thread; to be read when its requests have ended.</summary>
/// <param name="after">Steps until <paramref name="then"/>.</param>
/// <param name="then">What is done on the engine's thread, so that it happens at that step and not some steps later.</param>
internal sealed unsafe class StepRecorder(int after, Action then) : IContextObserver
{
    private readonly List<int[]> _steps = [];

    /// <summary>The sequence that came first.</summary>
    public int First => _steps[0][0];

    /// <summary>The steps until the last one of <see cref="First"/>: the sequence of each of their rows.</summary>
    public List<int[]> UntilFirstEnds => _steps.GetRange(0, _steps.FindLastIndex(rows => rows.Contains(First)) + 1);

    public void Decoded(llama_context* context, llama_batch batch)
    {
        int[] rows = new int[batch.n_tokens];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = batch.seq_id[i][0];
        }

        _steps.Add(rows);
        if (_steps.Count == after)
        {
            then();
        }
    }

    public void Removed(int sequence, int from, int to)
    {
    }

    public void Copied(int source, int destination, int from, int to)
    {
    }

    public void Cleared()
    {
    }

    public void Saved(int sequence, ReadOnlySpan<byte> state)
    {
    }

    public void Restored(int sequence, ReadOnlySpan<byte> state)
    {
    }
}
