using System.Globalization;

namespace LocalInference.Gguf;

/// <summary>
/// Split models: names of the parts, and taking a model apart. Parts are named <c>NAME-00001-of-0000N.gguf</c> and
/// carry split.no, split.count (16 bits) and split.tensors.count, as llama.cpp's gguf-split writes them.
/// </summary>
public static class GgufSplit
{
    internal const string NumberKey = "split.no";
    internal const string CountKey = "split.count";
    internal const string TensorsKey = "split.tensors.count";

    /// <summary>The path of a part.</summary>
    /// <param name="prefix">The path without number and extension.</param>
    /// <param name="number">The part's number, from 0.</param>
    /// <param name="count">How many parts there are.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="number"/> is not from 0 to <paramref name="count"/> − 1, or there are more than 65,535 parts.</exception>
    public static string PartPath(string prefix, int number, int count)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, GgufLimits.Parts);
        return prefix + Suffix(number, count);
    }

    /// <summary>Takes the path of a part apart.</summary>
    /// <param name="path">Any path.</param>
    /// <param name="prefix">The path without number and extension.</param>
    /// <param name="number">The part's number, from 0.</param>
    /// <param name="count">How many parts there are.</param>
    /// <returns>Whether the path is one that <see cref="PartPath"/> makes.</returns>
    public static bool TryParsePartPath(string path, out string prefix, out int number, out int count)
    {
        ArgumentNullException.ThrowIfNull(path);
        (prefix, number, count) = (string.Empty, 0, 0);
        int separator = path.LastIndexOf("-of-", StringComparison.Ordinal);
        int start = separator < 0 ? -1 : path.LastIndexOf('-', Math.Max(0, separator - 1));
        if (start < 1 || !path.EndsWith(".gguf", StringComparison.Ordinal) || separator + 4 > path.Length - 5
            || !int.TryParse(path.AsSpan(start + 1, separator - start - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int oneBased)
            || !int.TryParse(path.AsSpan(separator + 4, path.Length - 5 - separator - 4), NumberStyles.None, CultureInfo.InvariantCulture, out int total)
            || oneBased < 1 || oneBased > total || total > GgufLimits.Parts
            || !path.AsSpan(start).SequenceEqual(Suffix(oneBased - 1, total)))
        {
            return false;
        }

        (prefix, number, count) = (path[..start], oneBased - 1, total);
        return true;
    }

    /// <summary>Writes a model as several files of at most the given amount of tensor data each. One tensor is never divided.</summary>
    /// <param name="source">The model; a split one is split anew.</param>
    /// <param name="prefix">The path of the parts without number and extension.</param>
    /// <param name="maximumDataBytes">The most bytes of tensor data in a part; a larger tensor gets a part of its own.</param>
    /// <param name="cancellationToken">Ends the work; the parts written by then are removed.</param>
    /// <returns>The paths of the parts, in order.</returns>
    /// <exception cref="GgufException">There would be more than 65,535 parts.</exception>
    /// <exception cref="IOException">A part cannot be written.</exception>
    public static IReadOnlyList<string> Write(GgufFile source, string prefix, long maximumDataBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumDataBytes);
        return SplitWriter.Write(source, prefix, maximumDataBytes, cancellationToken);
    }

    /// <summary>Writes a split model as one file.</summary>
    /// <param name="source">The model, with all its parts.</param>
    /// <param name="path">The file to write; an existing one is replaced when all is written.</param>
    /// <param name="cancellationToken">Ends the work and leaves <paramref name="path"/> as it was.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Merge(GgufFile source, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        GgufMetadata metadata = source.Metadata.ToBuilder().Remove(NumberKey).Remove(CountKey).Remove(TensorsKey).Build();
        SplitWriter.Copy(source, source.Tensors, metadata, path, cancellationToken);
    }

    private static string Suffix(int number, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"-{number + 1:D5}-of-{count:D5}.gguf");
}
