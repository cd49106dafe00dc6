namespace LocalInference.Text;

/// <summary>A rule can begin with another one.</summary>
/// <param name="Rule">The other one.</param>
/// <param name="Followed">Whether something stands behind it.</param>
internal readonly record struct RuleEdge(int Rule, bool Followed);
