namespace LocalInference.Text.Jinja;

/// <summary>A text of which some parts are content and others the template's.</summary>
/// <param name="text">The whole text.</param>
/// <param name="startsWithContent">The mark of the first part.</param>
/// <param name="boundaries">Where the mark changes, in ascending order, each within the text.</param>
internal sealed class MixedText(string text, bool startsWithContent, int[] boundaries) : JinjaObject(JinjaValueKind.String)
{
    public string Text { get; } = text;

    public bool StartsWithContent { get; } = startsWithContent;

    public int[] Boundaries { get; } = boundaries;

    public override string TypeName => "str";

    /// <summary>The end of the part that a position lies in, and its mark.</summary>
    public int PartEnd(int position, out bool isContent)
    {
        int index = Array.BinarySearch(Boundaries, position + 1);
        index = index < 0 ? ~index : index;
        isContent = StartsWithContent ^ ((index & 1) != 0);
        return index < Boundaries.Length ? Boundaries[index] : Text.Length;
    }
}
