namespace LocalInference.Training;

/// <summary>A message of a task's conversation.</summary>
internal sealed record TaskMessage(string Role, string Content);
