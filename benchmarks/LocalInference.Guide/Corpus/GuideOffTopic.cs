using System.Text.Json.Serialization;

namespace LocalInference.Guide;

/// <summary>What the guide does not know.</summary>
internal sealed record GuideOffTopic(
    [property: JsonPropertyName("$schema")] string Schema,
    string About,
    string[][] Facts,
    Dictionary<string, string> Refusals,
    GuideOffTopic.Group[] Groups)
{
    internal sealed record Group(string Id, string Refusal, string[] Wordings, string[] HeldOut);
}
