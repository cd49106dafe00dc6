namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>Changes a text a little: a character gone, doubled, replaced, inserted, or the end cut off.</summary>
internal static class TextMutation
{
    private const string Inserted = "\"{}[],:0179-.eE+tfn \nabz\\u";

    public static string Of(string text, Dice dice)
    {
        if (text.Length == 0)
        {
            return dice.Pick(Inserted.ToArray()).ToString();
        }

        int place = dice.Below(text.Length);
        string changed = dice.Below(5) switch
        {
            0 => text.Remove(place, 1),
            1 => text.Insert(place, text[place].ToString()),
            2 => text.Remove(place, 1).Insert(place, dice.Pick(Inserted.ToArray()).ToString()),
            3 => text.Insert(place, dice.Pick(Inserted.ToArray()).ToString()),
            _ => text[..place],
        };

        // Surrogates that lost their other half are no text.
        return new string([.. changed.Where(c => !char.IsSurrogate(c))]);
    }
}
