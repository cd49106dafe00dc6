using System.Text;

namespace LocalInference;

/// <summary>
/// Where DRY starts counting anew: the tokens that hold a breaker, and those that end in the first part of one together with the
/// tokens of its rest. Immutable.
/// </summary>
internal sealed class DryBreakers
{
    // llama.cpp's own limits.
    private const int LongestText = 40;
    private const int LongestTail = 20;

    // By head token, the tails; an empty one: the token is a breaker by itself.
    private readonly Dictionary<int, List<int[]>> _tails = [];

    /// <param name="breakers">The texts that break a repetition.</param>
    /// <param name="tokenizer">The model's.</param>
    public DryBreakers(IReadOnlyList<string> breakers, Tokenizer tokenizer)
    {
        TokenTexts texts = tokenizer.Texts;
        foreach (string breaker in breakers)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(breaker);
            Add(bytes.AsSpan(0, Math.Min(bytes.Length, LongestText)), texts, tokenizer);
        }
    }

    /// <summary>Whether a token alone is a breaker, and so costs nothing.</summary>
    public bool IsBreaker(int token) => _tails.TryGetValue(token, out List<int[]>? tails) && tails.Exists(static t => t.Length == 0);

    /// <summary>How many tokens came after the last breaker; all, if there is none.</summary>
    public int TokensSinceLast(TokenWindow window)
    {
        for (int back = 0; back < window.Count; back++)
        {
            int longest = _tails.TryGetValue(window[back], out List<int[]>? tails) ? LongestMatch(tails, window, back) : -1;
            if (longest >= 0)
            {
                return back - longest;
            }
        }

        return window.Count;
    }

    private static int LongestMatch(List<int[]> tails, TokenWindow window, int back)
    {
        int longest = -1;
        foreach (int[] tail in tails)
        {
            if (tail.Length > longest && tail.Length <= back && Follows(tail, window, back))
            {
                longest = tail.Length;
            }
        }

        return longest;
    }

    private static bool Follows(int[] tail, TokenWindow window, int back)
    {
        for (int i = 0; i < tail.Length; i++)
        {
            if (tail[i] != window[back - i - 1])
            {
                return false;
            }
        }

        return true;
    }

    private void Add(ReadOnlySpan<byte> breaker, TokenTexts texts, Tokenizer tokenizer)
    {
        // One search through all texts at once: hardly any token has the first byte.
        int place = 0;
        while (place < texts.All.Length)
        {
            int found = texts.All[place..].IndexOf(breaker[0]);
            if (found < 0)
            {
                return;
            }

            int token = texts.TokenAt(place + found);
            AddToken(token, texts[token], breaker, tokenizer);
            place = texts.End(token);
        }
    }

    private void AddToken(int token, ReadOnlySpan<byte> text, ReadOnlySpan<byte> breaker, Tokenizer tokenizer)
    {
        if (text.IndexOf(breaker) >= 0)
        {
            TailsOf(token).Add([]);
            return;
        }

        for (int place = text.IndexOf(breaker[0]); place < text.Length; place++)
        {
            if (breaker.StartsWith(text[place..]))
            {
                int[] tail = tokenizer.EncodePlain(breaker[(text.Length - place)..].ToArray());
                TailsOf(token).Add(tail.Length > LongestTail ? tail[..LongestTail] : tail);
            }
        }
    }

    private List<int[]> TailsOf(int token)
    {
        if (!_tails.TryGetValue(token, out List<int[]>? tails))
        {
            _tails[token] = tails = [];
        }

        return tails;
    }
}
