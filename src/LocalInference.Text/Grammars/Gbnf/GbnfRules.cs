namespace LocalInference.Text;

/// <summary>
/// The rules of a grammar in one array: rule <c>r</c> begins at <c>Starts[r]</c>, its alternatives each end with an element that
/// <see cref="GbnfElement.EndsAlternative"/>.
/// </summary>
/// <param name="Elements">The elements of all rules.</param>
/// <param name="Starts">Where each rule begins.</param>
/// <param name="Root">The rule to start with.</param>
/// <param name="Classes">The character classes.</param>
/// <param name="TokenTexts">The tokens named by text.</param>
internal sealed record GbnfRules(GbnfElement[] Elements, int[] Starts, int Root, GbnfClass[] Classes, string[] TokenTexts)
{
    /// <summary>Where the next alternative of a rule begins.</summary>
    /// <param name="position">A place in the alternative before it.</param>
    /// <returns>The place; -1: that was the rule's last one.</returns>
    public int NextAlternative(int position)
    {
        while (!Elements[position].EndsAlternative)
        {
            position++;
        }

        return Elements[position].Kind == GbnfElementKind.End ? -1 : position + 1;
    }
}
