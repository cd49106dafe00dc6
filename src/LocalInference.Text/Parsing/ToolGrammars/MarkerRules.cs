using System.Text;

namespace LocalInference.Text.Parsing;

/// <summary>Rules for text up to a marker: an automaton that follows how much of the marker the text just spelled.</summary>
internal static class MarkerRules
{
    /// <summary>Adds a rule for any text that ends with the first occurrence of a marker.</summary>
    public static string AddUntil(GrammarBuilder grammar, string name, string marker)
    {
        string[] states = [.. Enumerable.Range(0, marker.Length).Select(_ => grammar.Reserve(name))];
        char[] letters = [.. marker.Distinct()];
        string others = $"[^{string.Concat(letters.Select(Escaped))}] {states[0]}";
        for (int state = 0; state < marker.Length; state++)
        {
            StringBuilder body = new();
            foreach (char letter in letters)
            {
                int next = Next(marker, state, letter);
                body.Append(GrammarBuilder.Literal(letter.ToString()));
                body.Append(next == marker.Length ? string.Empty : " " + states[next]).Append(" | ");
            }

            grammar.Define(states[state], body.Append(others).ToString());
        }

        return states[0];
    }

    /// <summary>The longest start of the marker that ends the text, after one more letter.</summary>
    private static int Next(string marker, int state, char letter)
    {
        string text = marker[..state] + letter;
        for (int length = text.Length; length > 0; length--)
        {
            if (marker.StartsWith(text[^length..], StringComparison.Ordinal))
            {
                return length;
            }
        }

        return 0;
    }

    /// <summary>A character within a negated class, where ^ is one as any other.</summary>
    internal static string Escaped(char letter) => letter switch
    {
        '\\' or ']' or '[' or '-' => "\\" + letter,
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => letter.ToString(),
    };
}
