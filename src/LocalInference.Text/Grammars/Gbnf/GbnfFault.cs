namespace LocalInference.Text;

/// <summary>Why rules that parse cannot be used.</summary>
internal readonly record struct GbnfFault(int Rule, string What);
