namespace LocalInference.Guide;

/// <summary>A conversation to learn from.</summary>
/// <param name="Messages">What is said.</param>
/// <param name="HasTool">Whether the assistant is told of its tool.</param>
/// <param name="IsBrief">Whether only the beginning of the answer is learned: it decides which answer it is.</param>
internal sealed record GuideSample(IReadOnlyList<GuideMessage> Messages, bool HasTool, bool IsBrief = false);
