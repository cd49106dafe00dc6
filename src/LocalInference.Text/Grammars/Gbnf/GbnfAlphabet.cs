namespace LocalInference.Text;

/// <summary>
/// The characters in as few kinds as a grammar can tell apart: between two places at which some element begins or ends to match,
/// all characters are alike. Immutable.
/// </summary>
internal sealed class GbnfAlphabet
{
    private readonly int[] _starts;
    private readonly int[] _ascii = new int[128];

    private GbnfAlphabet(int[] starts)
    {
        _starts = starts;
        for (int c = 0; c < _ascii.Length; c++)
        {
            _ascii[c] = Search(c);
        }
    }

    /// <summary>How many kinds there are.</summary>
    public int Count => _starts.Length;

    public static GbnfAlphabet Of(GbnfRules rules)
    {
        var starts = new SortedSet<int> { 0 };
        foreach (GbnfElement element in rules.Elements)
        {
            if (element.Kind == GbnfElementKind.Character)
            {
                starts.Add(element.Value);
                starts.Add(element.Value + 1);
            }
        }

        foreach ((int first, int last) in rules.Classes.SelectMany(c => c.Ranges))
        {
            starts.Add(first);
            starts.Add(last + 1);
        }

        return new GbnfAlphabet([.. starts]);
    }

    /// <summary>The kind of a character, from 0 on.</summary>
    public int SymbolOf(int codePoint) => codePoint < _ascii.Length ? _ascii[codePoint] : Search(codePoint);

    private int Search(int codePoint)
    {
        int place = Array.BinarySearch(_starts, codePoint);
        return place >= 0 ? place : ~place - 1;
    }
}
