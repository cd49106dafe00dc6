using System.Text.Json.Serialization;

namespace LocalInference.Training;

/// <summary>Tasks as JSON; a name that means nothing is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TaskLine))]
internal sealed partial class TaskJson : JsonSerializerContext;
