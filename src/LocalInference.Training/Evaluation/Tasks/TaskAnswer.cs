namespace LocalInference.Training;

/// <summary>What a model said to a task.</summary>
/// <param name="Text">Its answer, without its thoughts.</param>
/// <param name="IsRight">Whether it passed.</param>
public sealed record TaskAnswer(string Text, bool IsRight);
