namespace LocalInference.Text;

/// <summary>Ids of nine letters and digits for templates that refuse others; one id always becomes the same one.</summary>
internal static class ShortId
{
    private const int Length = 9;
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static string Of(string id)
    {
        if (id.Length == Length && id.All(char.IsAsciiLetterOrDigit))
        {
            return id;
        }

        // FNV-1a in 64 bits: not for secrets, only to keep the ids of one conversation apart.
        ulong hash = 14695981039346656037;
        foreach (char c in id)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return Spell(hash);
    }

    /// <summary>For a call without an id, by its place in the message.</summary>
    public static string Of(int index) => Spell((ulong)index);

    private static string Spell(ulong number) => string.Create(Length, number, static (id, rest) =>
    {
        for (int i = id.Length - 1; i >= 0; i--)
        {
            id[i] = Digits[(int)(rest % (ulong)Digits.Length)];
            rest /= (ulong)Digits.Length;
        }
    });
}
