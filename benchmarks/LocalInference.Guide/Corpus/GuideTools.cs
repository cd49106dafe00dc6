using System.Text.Json.Serialization;

namespace LocalInference.Guide;

/// <summary>Requests that a tool answers.</summary>
internal sealed record GuideTools(
    [property: JsonPropertyName("$schema")] string Schema,
    string About,
    string Tool,
    GuideTools.ModelNames Names,
    string[] Requests,
    GuideTools.Outcome[] Results,
    GuideTools.InWords WithoutTool,
    GuideTools.Questions HowTo,
    GuideTools.HeldOutRequest[] HeldOut)
{
    /// <summary>What stands for a model's name.</summary>
    public const string Name = "{name}";

    internal sealed record ModelNames(string[] Patterns, Dictionary<string, string[]> Values);

    internal sealed record Outcome(string Result, string Answer);

    internal sealed record InWords(string Answer, string[][] Facts);

    internal sealed record Questions(string[] Wordings, string Answer, string[][] Facts, HeldOutQuestion[] HeldOut);

    internal sealed record HeldOutQuestion(string Wording, string Name);

    internal sealed record HeldOutRequest(string Request, string Name);
}
