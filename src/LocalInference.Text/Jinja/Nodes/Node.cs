namespace LocalInference.Text.Jinja;

/// <summary>A part of a template's tree, which is also what renders it. Immutable once the template is parsed, but for what it remembers of values that are the same in every rendering.</summary>
/// <param name="offset">Where it begins in the source, for messages.</param>
internal abstract class Node(int offset)
{
    public int Offset { get; } = offset;
}
