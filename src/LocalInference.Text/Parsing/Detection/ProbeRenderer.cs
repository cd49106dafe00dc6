namespace LocalInference.Text.Parsing;

/// <summary>Renders a conversation with the template under test; <see langword="null"/> if the template refuses it.</summary>
internal delegate string? ProbeRenderer(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ChatTool> tools, bool addGenerationPrompt, bool thinking);
