namespace LocalInference.Text;

/// <summary>Writes a list of texts as a GBNF grammar that allows exactly one of them. Thread-safe.</summary>
public static class ChoiceGrammar
{
    /// <summary>Writes the grammar.</summary>
    /// <param name="choices">The texts: at least one, none of them empty. One that is there twice counts once.</param>
    /// <returns>GBNF text that <see cref="GbnfGrammar.Parse"/> accepts.</returns>
    /// <exception cref="GrammarException">
    /// There is no text, one is empty or holds a NUL character or half of a surrogate pair, or they are too long together;
    /// <see cref="GrammarException.Path"/> is the text's index.
    /// </exception>
    public static string Create(IEnumerable<string> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        var literals = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        int index = 0;
        foreach (string choice in choices)
        {
            string path = FormattableString.Invariant($"{index++}");
            if (string.IsNullOrEmpty(choice))
            {
                throw new GrammarException("A choice cannot be empty.", path);
            }

            if (choice.Contains('\0', StringComparison.Ordinal) || !IsWellFormed(choice))
            {
                throw new GrammarException("A choice cannot hold a NUL character or half of a surrogate pair.", path);
            }

            if (known.Add(choice))
            {
                literals.Add(GbnfText.Literal(choice));
            }
        }

        if (literals.Count == 0)
        {
            throw new GrammarException("There is nothing to choose from.", "0");
        }

        var builder = new GrammarBuilder();
        builder.AddRule("root", string.Join(" | ", literals));
        return builder.Build();
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }
}
