namespace LocalInference.Text;

/// <summary>A rule for JSON, and the rules that its body names.</summary>
internal readonly record struct JsonRule(string Body, params string[] Needs);
