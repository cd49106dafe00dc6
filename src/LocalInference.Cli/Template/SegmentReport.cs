namespace LocalInference.Cli.Template;

/// <summary>What <c>template --segments</c> writes of each part of a prompt.</summary>
/// <param name="Kind"><c>template</c>, where special tokens are read, or <c>content</c>.</param>
/// <param name="Text">The part.</param>
internal sealed record SegmentReport(string Kind, string Text);
