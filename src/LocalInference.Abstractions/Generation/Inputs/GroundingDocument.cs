namespace LocalInference.Abstractions;

/// <summary>A document that an answer should rest on.</summary>
/// <param name="Title">Its title; <see langword="null"/>: none.</param>
/// <param name="Text">Its text.</param>
public sealed record GroundingDocument(string? Title, string Text);
