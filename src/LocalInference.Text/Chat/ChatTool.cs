using System.Text.Json;

namespace LocalInference.Text;

/// <summary>A tool that a model may call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does; <see langword="null"/>: not said.</param>
/// <param name="Parameters">JSON schema of its arguments, an object; <see langword="null"/>: it takes none.</param>
public sealed record ChatTool(string Name, string? Description, JsonElement? Parameters);
