namespace LocalInference.Text;

/// <summary>One of the alternatives at the top of a regular expression, and whether it is tied to the ends of the text.</summary>
internal readonly record struct RegexAlternative(RegexNode Node, bool AnchoredAtStart, bool AnchoredAtEnd);
