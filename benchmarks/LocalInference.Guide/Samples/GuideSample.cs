namespace LocalInference.Guide;

/// <summary>A conversation to learn from.</summary>
/// <param name="Messages">What is said.</param>
/// <param name="HasTool">Whether the assistant is told of its tool.</param>
/// <param name="Answer">The last answer as the corpus has it, before names are put in; <see langword="null"/>: it is a call.</param>
/// <param name="IsBrief">Whether only the choice of the answer is learned, and not its words.</param>
internal sealed record GuideSample(IReadOnlyList<GuideMessage> Messages, bool HasTool, string? Answer, bool IsBrief = false);
