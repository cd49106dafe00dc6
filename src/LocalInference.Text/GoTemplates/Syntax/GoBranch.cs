namespace LocalInference.Text.GoTemplates;

/// <summary><c>if</c>, <c>with</c> or <c>range</c>.</summary>
internal sealed record GoBranch(int Position, GoBranchKind Kind, GoPipeline Pipeline, IReadOnlyList<GoNode> Body, IReadOnlyList<GoNode> Else) : GoNode(Position);
