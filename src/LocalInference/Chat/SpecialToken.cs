namespace LocalInference;

/// <summary>A token that text becomes only where special tokens are read: a control token, or the one for unknown text.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">How it is spelled.</param>
/// <param name="StripsLeft">Takes the white space before it away.</param>
/// <param name="StripsRight">Takes the white space behind it away.</param>
internal sealed record SpecialToken(int Id, string Text, bool StripsLeft, bool StripsRight);
