namespace LocalInference.Text.GoTemplates;

/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; see <see cref="GoTokenKind"/>.</param>
/// <param name="Position">Where it begins in the source.</param>
/// <param name="SpaceBefore">Whether white space stands before it: <c>.A.B</c> is one operand, <c>.A .B</c> are two.</param>
internal readonly record struct GoToken(GoTokenKind Kind, string Text, int Position, bool SpaceBefore);
