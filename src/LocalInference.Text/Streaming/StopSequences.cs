using System.Text;

namespace LocalInference.Text;

/// <summary>
/// The stop sequences of a request as UTF-8 bytes with their failure tables (Knuth, Morris, Pratt 1977). Immutable; a
/// <see cref="StopCursor"/> holds the place in a stream.
/// </summary>
internal sealed class StopSequences
{
    public StopSequences(IReadOnlyList<string> sequences)
    {
        Patterns = [.. sequences.Select(sequence => Encoding.UTF8.GetBytes(sequence))];
        Failures = [.. Patterns.Select(BuildFailures)];
    }

    public byte[][] Patterns { get; }

    /// <summary>For each prefix of a pattern, the length of its longest border: where matching goes on after a mismatch.</summary>
    public int[][] Failures { get; }

    private static int[] BuildFailures(byte[] pattern)
    {
        var failures = new int[pattern.Length];
        for (int i = 1, k = 0; i < pattern.Length; i++)
        {
            while (k > 0 && pattern[i] != pattern[k])
            {
                k = failures[k - 1];
            }

            if (pattern[i] == pattern[k])
            {
                k++;
            }

            failures[i] = k;
        }

        return failures;
    }
}
