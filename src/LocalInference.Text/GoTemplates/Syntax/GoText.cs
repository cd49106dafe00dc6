namespace LocalInference.Text.GoTemplates;

/// <summary>Text as it stands.</summary>
internal sealed record GoText(int Position, string Text) : GoNode(Position);
