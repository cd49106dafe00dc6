using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LocalInference.Training;

/// <summary>
/// Estimates how much two texts share without comparing them (Broder, "On the resemblance and containment of documents", 1997): of
/// each of many orders of all runs of three words, the first that a text has. Two texts have the same first one as often as their
/// runs are shared, so that equal places count for similarity.
/// </summary>
internal sealed class MinHash
{
    /// <summary>Orders: the estimate's standard deviation is √(s (1 − s) / 128), at most 0.045.</summary>
    public const int Length = 128;

    private const int ShingleWords = 3;

    private readonly uint[] _places;

    private MinHash(uint[] places) => _places = places;

    /// <summary>The signature of a text, or <see langword="null"/> for one without words.</summary>
    public static MinHash? Of(string text)
    {
        string[] words = Words(text);
        if (words.Length == 0)
        {
            return null;
        }

        uint[] places = new uint[Length];
        Array.Fill(places, uint.MaxValue);
        for (int i = 0; i == 0 || i <= words.Length - ShingleWords; i++)
        {
            ulong shingle = Hash(words.AsSpan(i, Math.Min(ShingleWords, words.Length - i)));
            for (int order = 0; order < Length; order++)
            {
                places[order] = Math.Min(places[order], Place(shingle, order));
            }
        }

        return new MinHash(places);
    }

    /// <summary>The estimated share of runs that both have, of those that either has.</summary>
    public double SimilarityTo(MinHash other)
    {
        int equal = 0;
        for (int i = 0; i < Length; i++)
        {
            equal += _places[i] == other._places[i] ? 1 : 0;
        }

        return equal / (double)Length;
    }

    /// <summary>A hash of some neighbouring places: texts that are alike have one of them in common.</summary>
    public ulong Band(int index, int rows) => Hash(MemoryMarshal.AsBytes(_places.AsSpan(index * rows, rows)), seed: index);

    // Letters and digits; where writing has no spaces, each letter is a word.
    private static string[] Words(string text)
    {
        var words = new List<string>();
        StringBuilder word = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isLetter = Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark;
            bool standsAlone = isLetter && Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherLetter;
            if (!isLetter || standsAlone)
            {
                End();
            }

            if (isLetter)
            {
                word.Append(Rune.ToLowerInvariant(rune).ToString());
            }

            if (standsAlone)
            {
                End();
            }
        }

        End();
        return [.. words];

        void End()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
    }

    private static ulong Hash(ReadOnlySpan<string> words) => Hash(Encoding.UTF8.GetBytes(string.Join(' ', words)), seed: 0);

    private static ulong Hash(ReadOnlySpan<byte> bytes, long seed)
    {
        // FNV-1a with the finalizer of SplitMix64, which spreads it over all bits.
        ulong hash = 0xCBF29CE484222325 ^ (ulong)seed;
        foreach (byte value in bytes)
        {
            hash = (hash ^ value) * 0x100000001B3;
        }

        return Mix(hash);
    }

    private static uint Place(ulong shingle, int order) => (uint)(Mix(shingle + ((ulong)(order + 1) * 0x9E3779B97F4A7C15)) >> 32);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
