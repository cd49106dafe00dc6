namespace LocalInference.Text;

/// <summary>
/// A text whose parts are known to come from a template or from content, that is from what a user, a tool or a model wrote.
/// Only the template's parts may be read as special tokens. Immutable.
/// </summary>
/// <param name="Text">The whole text.</param>
/// <param name="Segments">Its parts in order, without gaps, none empty, no two neighbours of the same kind.</param>
public sealed record MarkedText(string Text, IReadOnlyList<TextSegment> Segments);
