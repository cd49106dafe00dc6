namespace LocalInference.Training;

/// <summary>
/// How often which two tokens are neighbours, and in which words. The most frequent pair is found through a queue whose entries are
/// corrected when they come up: merging a pair changes the counts of few others.
/// </summary>
internal sealed class PairCounts(IReadOnlyList<string> spellings)
{
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _words = [];
    private readonly PriorityQueue<(int Left, int Right), (long Count, string Left, string Right)> _queue = new(Comparer<(long Count, string Left, string Right)>.Create(Compare));

    /// <summary>Adds to the count of a pair in a word; a negative number takes away.</summary>
    public void Add(int left, int right, int word, long count)
    {
        (int, int) pair = (left, right);
        long now = _counts.GetValueOrDefault(pair) + count;
        _counts[pair] = now;
        if (count > 0)
        {
            if (!_words.TryGetValue(pair, out HashSet<int>? words))
            {
                _words[pair] = words = [];
            }

            words.Add(word);
            _queue.Enqueue(pair, Priority(pair, now));
        }
    }

    /// <summary>Words that the pair is, or once was, in; in order.</summary>
    public IReadOnlyList<int> Words((int Left, int Right) pair) => [.. _words[pair].Order()];

    /// <summary>
    /// Takes out the most frequent pair; of several the one whose spelling comes first.
    /// </summary>
    /// <returns>Whether a pair is there at least twice.</returns>
    public bool TryTake(out (int Left, int Right) pair)
    {
        while (_queue.TryDequeue(out pair, out (long Count, string Left, string Right) priority))
        {
            long now = _counts[pair];
            if (now == priority.Count && now > 1)
            {
                return true;
            }

            // Its count fell after it was queued. Of those whose count rose, a later entry is there already.
            if (now > 1 && now < priority.Count)
            {
                _queue.Enqueue(pair, Priority(pair, now));
            }
        }

        return false;
    }

    private static int Compare((long Count, string Left, string Right) one, (long Count, string Left, string Right) other)
    {
        int order = other.Count.CompareTo(one.Count);
        order = order != 0 ? order : string.CompareOrdinal(one.Left, other.Left);
        return order != 0 ? order : string.CompareOrdinal(one.Right, other.Right);
    }

    private (long Count, string Left, string Right) Priority((int Left, int Right) pair, long count) => (count, spellings[pair.Left], spellings[pair.Right]);
}
