namespace LocalInference.Text;

/// <summary>A part of a <see cref="MarkedText"/>.</summary>
/// <param name="Start">First UTF-16 code unit.</param>
/// <param name="Length">Length in UTF-16 code units.</param>
/// <param name="IsContent">True: somebody's content, which must never become a special token. False: the template's own text.</param>
public readonly record struct TextSegment(int Start, int Length, bool IsContent);
