using System.Security.Cryptography;
using System.Text;

namespace LocalInference.Training;

/// <summary>
/// Finds samples that were there before, the same or nearly so. Candidates share a band of their signatures (Indyk and Motwani's
/// locality-sensitive hashing): of two texts that share 80 % one band of four places is equal with a probability above 0.9999, of
/// two that share 30 % with one of 0.2.
/// </summary>
internal sealed class DuplicateIndex(double similarity)
{
    private const int Rows = 4;
    private const int Bands = MinHash.Length / Rows;

    // Texts that share a band and are not alike are rare; many in one bucket are boilerplate.
    private const int MostCandidates = 64;

    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, List<(MinHash Signature, int Line)>> _bands = [];

    /// <summary>The line of an earlier record that says exactly the same, or <see langword="null"/>, and then this one is known.</summary>
    public int? FindExact(DatasetRecord record)
    {
        string digest = Digest(record.Texts);
        return _exact.TryAdd(digest, record.Line) ? null : _exact[digest];
    }

    /// <summary>The line of an earlier record that says nearly the same, or <see langword="null"/>, and then this one is known.</summary>
    public int? FindNear(DatasetRecord record)
    {
        if (MinHash.Of(string.Join('\n', record.OwnTexts)) is not { } signature)
        {
            return null;
        }

        ulong[] bands = [.. Enumerable.Range(0, Bands).Select(band => signature.Band(band, Rows))];
        foreach (ulong band in bands)
        {
            foreach ((MinHash other, int line) in _bands.GetValueOrDefault(band) ?? [])
            {
                if (signature.SimilarityTo(other) >= similarity)
                {
                    return line;
                }
            }
        }

        foreach (ulong band in bands)
        {
            List<(MinHash Signature, int Line)> bucket = _bands.TryGetValue(band, out List<(MinHash Signature, int Line)>? known) ? known : _bands[band] = [];
            if (bucket.Count < MostCandidates)
            {
                bucket.Add((signature, record.Line));
            }
        }

        return null;
    }

    /// <summary>A digest of texts and of where one ends and the next begins.</summary>
    public static string Digest(IEnumerable<string> texts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(utf8.Length));
            hash.AppendData(utf8);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
