using System.Runtime.InteropServices;

namespace LocalInference.TestModels;

/// <summary>
/// Finds pieces as BPE does: again and again the most frequent pair of neighbours becomes one piece. When the corpus
/// gives no more, pieces are joined systematically, so that a vocabulary of any size can be made.
/// </summary>
internal sealed class PieceTrainer
{
    private readonly HashSet<string> _known;
    private readonly List<(string Left, string Right)> _merges = [];
    private readonly int _count;

    private PieceTrainer(IEnumerable<string> known, int count)
    {
        _known = new(known, StringComparer.Ordinal);
        _count = count;
    }

    /// <summary>Finds pairs to join.</summary>
    /// <param name="words">The corpus, cut into the smallest pieces.</param>
    /// <param name="known">Tokens that exist already; no pair makes one of them again.</param>
    /// <param name="count">How many pairs are wanted.</param>
    /// <returns>Exactly <paramref name="count"/> pairs in the order in which they were found.</returns>
    public static IReadOnlyList<(string Left, string Right)> Train(IEnumerable<string[]> words, IEnumerable<string> known, int count)
    {
        PieceTrainer trainer = new(known, count);
        List<string[]> pieces = [.. words];
        trainer.LearnFromCorpus(pieces);
        trainer.JoinSystematically(pieces);
        return trainer._merges;
    }

    private void LearnFromCorpus(List<string[]> words)
    {
        while (_merges.Count < _count && MostFrequentPair(words) is { } pair)
        {
            for (int i = 0; i < words.Count; i++)
            {
                words[i] = Join(words[i], pair);
            }

            if (_known.Add(pair.Left + pair.Right))
            {
                _merges.Add(pair);
            }
        }
    }

    private void JoinSystematically(List<string[]> words)
    {
        List<string> joinable = [.. words.SelectMany(static word => word).Concat(_merges.Select(static merge => merge.Left + merge.Right)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        while (_merges.Count < _count)
        {
            string[] before = [.. joinable];
            foreach (string left in before)
            {
                foreach (string right in before)
                {
                    if (_merges.Count == _count)
                    {
                        return;
                    }

                    if (_known.Add(left + right))
                    {
                        _merges.Add((left, right));
                        joinable.Add(left + right);
                    }
                }
            }
        }
    }

    private static (string Left, string Right)? MostFrequentPair(List<string[]> words)
    {
        Dictionary<(string Left, string Right), int> counts = [];
        foreach (string[] word in words)
        {
            for (int i = 1; i < word.Length; i++)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, (word[i - 1], word[i]), out _)++;
            }
        }

        // Ties are broken by the text, so that the result depends on nothing else.
        return counts.Count == 0
            ? null
            : counts
                .OrderByDescending(static pair => pair.Value)
                .ThenBy(static pair => pair.Key.Left, StringComparer.Ordinal)
                .ThenBy(static pair => pair.Key.Right, StringComparer.Ordinal)
                .First().Key;
    }

    private static string[] Join(string[] word, (string Left, string Right) pair)
    {
        List<string> joined = new(word.Length);
        foreach (string piece in word)
        {
            if (joined.Count > 0 && string.Equals(joined[^1], pair.Left, StringComparison.Ordinal) && string.Equals(piece, pair.Right, StringComparison.Ordinal))
            {
                joined[^1] += piece;
            }
            else
            {
                joined.Add(piece);
            }
        }

        return joined.Count == word.Length ? word : [.. joined];
    }
}
