using System.Text.Json.Serialization;

namespace LocalInference.Guide;

/// <summary>A file of questions.</summary>
internal sealed record GuideTopic([property: JsonPropertyName("$schema")] string Schema, string Topic, string About, string State, GuideQuestion[] Questions)
{
    /// <summary>Whether its answers hold of the code as it is.</summary>
    public bool IsPresent => State switch
    {
        "present" => true,
        "planned" => false,
        _ => throw new InvalidDataException($"'{Topic}' has the state '{State}'."),
    };
}
