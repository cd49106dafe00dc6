namespace LocalInference;

/// <summary>A part of a text.</summary>
/// <param name="Start">Its first character.</param>
/// <param name="End">Behind its last character.</param>
internal readonly record struct TextRange(int Start, int End);
