namespace LocalInference;

/// <summary>
/// Decides how many prompt tokens join a step in which other requests generate: as many as keep the step within a multiple of
/// what it takes without them. The costs are measured, not assumed: kernels have steps of their own (on two cores 32 rows can
/// be dearer than 16 and than 64). Owned by the engine thread; allocates nothing.
/// </summary>
internal sealed class PrefillController
{
    /// <summary>How much longer than a bare one a step may take: running streams keep a fifth of their speed at the worst.</summary>
    private const double Stretch = 4.5;

    // A new measurement counts this much: fast enough to follow a change of the number of threads within ten steps.
    private const double Weight = 0.2;

    private static readonly int[] s_chunks = [16, 32, 64, 128, 256, 512, 1024, 2048];

    private readonly double[] _seconds = new double[s_chunks.Length];
    private double _bare;
    private int _refreshed;

    /// <summary>Most prompt tokens for a step in which some requests generate.</summary>
    /// <param name="most">What the batch has room for.</param>
    public int Budget(int most)
    {
        int chosen = 0;
        for (int i = 1; i < s_chunks.Length && s_chunks[i] <= most && _bare > 0; i++)
        {
            // What was not measured yet is tried when the half of it leaves room for twice its time.
            double expected = _seconds[i] > 0 ? _seconds[i] : _seconds[i - 1] * 2;
            if (expected > 0 && expected <= _bare * Stretch)
            {
                chosen = i;
            }
        }

        return Math.Min(s_chunks[chosen], most);
    }

    /// <summary>Takes note of a step's time.</summary>
    /// <param name="generating">Requests that generated in it.</param>
    /// <param name="prompt">Prompt tokens in it.</param>
    /// <param name="seconds">What it took.</param>
    public void AfterStep(int generating, int prompt, double seconds)
    {
        if (generating == 0)
        {
            return;
        }

        if (prompt == 0)
        {
            _bare = Smooth(_bare, seconds);
            return;
        }

        int index = Array.IndexOf(s_chunks, prompt);
        if (index >= 0)
        {
            _seconds[index] = Smooth(_seconds[index], seconds);
        }

        // One slow measurement must not rule out a size for good: every now and then all of them are forgotten a little.
        if (++_refreshed % 64 == 0)
        {
            for (int i = 1; i < _seconds.Length; i++)
            {
                _seconds[i] *= 0.9;
            }
        }
    }

    private static double Smooth(double old, double value) => old == 0 ? value : old + ((value - old) * Weight);
}
