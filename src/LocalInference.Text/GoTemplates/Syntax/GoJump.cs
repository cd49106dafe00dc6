namespace LocalInference.Text.GoTemplates;

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed record GoJump(int Position, bool IsBreak) : GoNode(Position);
