using System.Text;

namespace LocalInference.Training;

/// <summary>
/// Byte-pair encoding (Sennrich, Haddow and Birch, 2016, arXiv 1508.07909) over bytes: begins with a token for each byte, and makes a
/// token of the two that are neighbours most often, again and again. What a word is, <see cref="WordSplitter"/> says.
/// </summary>
internal sealed class BytePairTraining
{
    private readonly List<string> _tokens;
    private readonly List<(string Left, string Right)> _merges = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<(int[] Tokens, long Count)> _words = [];
    private readonly PairCounts _pairs;
    private readonly BytePairOptions _options;

    public BytePairTraining(IEnumerable<string> texts, BytePairOptions options)
    {
        _options = options;
        _tokens = [.. options.ControlTokens];
        int firstByte = _tokens.Count;
        for (int value = 0; value <= byte.MaxValue; value++)
        {
            string spelling = ByteAlphabet.Character((byte)value).ToString();
            _ids.Add(spelling, _tokens.Count);
            _tokens.Add(spelling);
        }

        _pairs = new PairCounts(_tokens);
        HashSet<int> separate = [.. Encoding.ASCII.GetBytes(options.Separate).Select(value => firstByte + value)];
        foreach ((string word, long count) in Count(texts))
        {
            AddWord([.. Encoding.UTF8.GetBytes(word).Select(value => firstByte + value)], count, separate);
        }
    }

    public IReadOnlyList<string> Tokens => _tokens;

    public IReadOnlyList<(string Left, string Right)> Merges => _merges;

    public void Run()
    {
        while (_tokens.Count < _options.Size && _pairs.TryTake(out (int Left, int Right) pair))
        {
            Merge(pair);
        }
    }

    // In order of spelling, so that nothing depends on that of the texts.
    private static IEnumerable<(string Word, long Count)> Count(IEnumerable<string> texts)
    {
        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        foreach (string word in texts.SelectMany(WordSplitter.Split))
        {
            counts[word] = counts.GetValueOrDefault(word) + 1;
        }

        return counts.OrderBy(static word => word.Key, StringComparer.Ordinal).Select(static word => (word.Key, word.Value));
    }

    // What is a token of its own cuts a word in two: no pair reaches over it.
    private void AddWord(int[] tokens, long count, HashSet<int> separate)
    {
        int start = 0;
        for (int i = 0; i <= tokens.Length; i++)
        {
            if (i == tokens.Length || separate.Contains(tokens[i]))
            {
                if (i - start > 1)
                {
                    AddPart(tokens[start..i], count);
                }

                start = i + 1;
            }
        }
    }

    private void AddPart(int[] tokens, long count)
    {
        int word = _words.Count;
        _words.Add((tokens, count));
        for (int i = 0; i + 1 < tokens.Length; i++)
        {
            _pairs.Add(tokens[i], tokens[i + 1], word, count);
        }
    }

    private void Merge((int Left, int Right) pair)
    {
        (string left, string right) = (_tokens[pair.Left], _tokens[pair.Right]);
        _merges.Add((left, right));

        // Two ways may lead to the same token.
        if (!_ids.TryGetValue(left + right, out int merged))
        {
            merged = _tokens.Count;
            _tokens.Add(left + right);
            _ids.Add(left + right, merged);
        }

        foreach (int word in _pairs.Words(pair))
        {
            Replace(word, pair, merged);
        }
    }

    private void Replace(int word, (int Left, int Right) pair, int merged)
    {
        (int[] old, long count) = _words[word];
        List<int> tokens = [];
        for (int i = 0; i < old.Length; i++)
        {
            if (i + 1 < old.Length && old[i] == pair.Left && old[i + 1] == pair.Right)
            {
                tokens.Add(merged);
                i++;
            }
            else
            {
                tokens.Add(old[i]);
            }
        }

        if (tokens.Count == old.Length)
        {
            return;
        }

        for (int i = 0; i + 1 < old.Length; i++)
        {
            _pairs.Add(old[i], old[i + 1], word, -count);
        }

        int[] replaced = [.. tokens];
        _words[word] = (replaced, count);
        for (int i = 0; i + 1 < replaced.Length; i++)
        {
            _pairs.Add(replaced[i], replaced[i + 1], word, count);
        }
    }
}
