namespace LocalInference.Text;

/// <summary>A document that an answer should rest on, for templates that know documents.</summary>
/// <param name="Title">Its title; <see langword="null"/>: none.</param>
/// <param name="Text">Its text.</param>
public sealed record ChatDocument(string? Title, string Text);
