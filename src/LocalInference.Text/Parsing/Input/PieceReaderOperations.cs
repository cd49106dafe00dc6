namespace LocalInference.Text.Parsing;

/// <summary>What parsers ask of a <see cref="PieceReader"/>. Each reads on until the text decides.</summary>
internal static class PieceReaderOperations
{
    /// <summary>The next code unit, not consumed; -1 at the end.</summary>
    public static async ParseStep<int> PeekAsync(this PieceReader reader)
    {
        while (reader.Available.IsEmpty)
        {
            if (!await reader.More())
            {
                return -1;
            }
        }

        return reader.Available[0];
    }

    /// <summary>Consumes white space.</summary>
    public static async ParseStep<bool> SkipSpaceAsync(this PieceReader reader)
    {
        while (true)
        {
            ReadOnlySpan<char> available = reader.Available;
            int space = available.Length - available.TrimStart().Length;
            reader.Advance(space);
            if (space < available.Length)
            {
                return true;
            }

            if (!await reader.More())
            {
                return false;
            }
        }
    }

    /// <summary>Consumes <paramref name="literal"/> if it comes next; an empty one always does.</summary>
    public static async ParseStep<bool> TakeAsync(this PieceReader reader, string literal)
    {
        if (!await reader.ComesAsync(literal))
        {
            return false;
        }

        reader.Advance(literal.Length);
        return true;
    }

    /// <summary>Whether <paramref name="literal"/> comes next.</summary>
    public static async ParseStep<bool> ComesAsync(this PieceReader reader, string literal)
    {
        while (true)
        {
            ReadOnlySpan<char> available = reader.Available;
            if (available.Length >= literal.Length)
            {
                return available.StartsWith(literal, StringComparison.Ordinal);
            }

            if (!literal.AsSpan().StartsWith(available, StringComparison.Ordinal) || !await reader.More())
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Whether one of <paramref name="literals"/> comes after white space; nothing is consumed. The longest wins nothing: the
    /// order of the list decides.
    /// </summary>
    public static async ParseStep<int> ComesAfterSpaceAsync(this PieceReader reader, int skip, IReadOnlyList<string> literals)
    {
        while (true)
        {
            // Space that was seen is not looked at again: a model may repeat line breaks for as long as it is let.
            ReadOnlySpan<char> rest = reader.Available[skip..];
            skip += rest.Length - rest.TrimStart().Length;
            (int found, bool undecided) = MatchAt(reader.Available[skip..], literals);
            if (!undecided)
            {
                return found;
            }

            if (!await reader.More())
            {
                return -1;
            }
        }
    }

    private static (int Found, bool Undecided) MatchAt(ReadOnlySpan<char> rest, IReadOnlyList<string> literals)
    {
        if (rest.IsEmpty)
        {
            return (-1, true);
        }

        bool undecided = false;
        for (int i = 0; i < literals.Count; i++)
        {
            if (rest.StartsWith(literals[i], StringComparison.Ordinal))
            {
                return (i, false);
            }

            undecided |= literals[i].AsSpan().StartsWith(rest, StringComparison.Ordinal);
        }

        return (-1, undecided);
    }

    /// <summary>The text up to <paramref name="end"/>, which is consumed too; <see langword="null"/> if it does not come in time.</summary>
    public static async ParseStep<string?> TextBeforeAsync(this PieceReader reader, string end, int limit)
    {
        int from = 0;
        while (true)
        {
            int searched = Math.Min(reader.Available.Length, limit + end.Length);
            int index = reader.Available[Math.Min(from, searched)..searched].IndexOf(end, StringComparison.Ordinal);
            if (index >= 0)
            {
                index += from;
                string text = reader.Available[..index].ToString();
                reader.Advance(index + end.Length);
                return text;
            }

            from = Math.Max(0, reader.Available.Length - end.Length + 1);
            if (from > limit || !await reader.More())
            {
                return null;
            }
        }
    }
}
