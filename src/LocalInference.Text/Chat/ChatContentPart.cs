namespace LocalInference.Text;

/// <summary>A part of a message's content.</summary>
/// <param name="Type"><c>text</c>, or what else a template knows, such as <c>image</c>.</param>
/// <param name="Text">The text of a text part; <see langword="null"/> otherwise.</param>
public sealed record ChatContentPart(string Type, string? Text);
