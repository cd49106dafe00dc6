using LocalInference.Abstractions;

namespace LocalInference.Server.LlamaServer;

/// <summary>A prompt, and its text as answers repeat it.</summary>
internal sealed record CompletionPrompt(GenerationInput Input, string Text);
