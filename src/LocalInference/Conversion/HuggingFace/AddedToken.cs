namespace LocalInference;

/// <summary>A token that was added to a tokenizer after it was trained.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its text.</param>
/// <param name="IsSpecial">Whether it is structure and never text.</param>
internal readonly record struct AddedToken(int Id, string Text, bool IsSpecial);
