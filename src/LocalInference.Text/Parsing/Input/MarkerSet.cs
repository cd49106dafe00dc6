using System.Buffers;

namespace LocalInference.Text.Parsing;

/// <summary>Markers that end a stretch of text. Immutable.</summary>
internal sealed class MarkerSet
{
    private readonly string[] _markers;
    private readonly SearchValues<char> _firsts;

    /// <param name="markers">The markers, none empty. Where two match at one place, the longer wins.</param>
    public MarkerSet(IEnumerable<string> markers)
    {
        _markers = [.. markers.Distinct(StringComparer.Ordinal).OrderByDescending(marker => marker.Length)];
        _firsts = SearchValues.Create([.. _markers.Select(marker => marker[0]).Distinct()]);
    }

    /// <summary>Finds the first marker.</summary>
    /// <param name="text">What is available.</param>
    /// <param name="ended">Whether no more text will come.</param>
    /// <param name="marker">The marker found; <see langword="null"/> if none.</param>
    /// <returns>How much of the text is before the marker, or before what may still become one.</returns>
    public int Find(ReadOnlySpan<char> text, bool ended, out string? marker)
    {
        int start = 0;
        while (true)
        {
            int candidate = text[start..].IndexOfAny(_firsts);
            if (candidate < 0)
            {
                marker = null;
                return text.Length;
            }

            start += candidate;
            ReadOnlySpan<char> rest = text[start..];
            foreach (string known in _markers)
            {
                if (rest.StartsWith(known, StringComparison.Ordinal))
                {
                    marker = known;
                    return start;
                }

                if (!ended && known.AsSpan().StartsWith(rest, StringComparison.Ordinal))
                {
                    marker = null;
                    return start;
                }
            }

            start++;
        }
    }
}
