namespace LocalInference.Guide;

/// <summary>How many samples of each kind a pass has; part of the recipe.</summary>
/// <param name="Forms">Forms of each wording of a question.</param>
/// <param name="OffTopic">Forms of each wording that is off topic.</param>
/// <param name="Calls">Names for each request, with the tool.</param>
/// <param name="WithoutTool">Names for each request, without it.</param>
/// <param name="HowTo">Names for each question how to, with the tool and without.</param>
/// <param name="ToolOneIn">One question in so many has the tool, which its answer does not need.</param>
/// <param name="WholeOneIn">One question in so many has its whole answer, the others the beginning of it.</param>
internal sealed record GuideMix(int Forms, int OffTopic, int Calls, int WithoutTool, int HowTo, int ToolOneIn, int WholeOneIn);
