using System.Text.Json.Serialization;

namespace LocalInference.Guide;

/// <summary>A file of questions.</summary>
internal sealed record GuideTopic([property: JsonPropertyName("$schema")] string Schema, string Topic, string About, GuideQuestion[] Questions);
