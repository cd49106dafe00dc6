using System.Text.Json;

namespace LocalInference.Training;

/// <summary>A line of a file of tasks.</summary>
internal sealed record TaskLine(string? Prompt, TaskMessage[]? Messages, string? Answer, string? Pattern, JsonElement? Schema, int? MaxTokens);
