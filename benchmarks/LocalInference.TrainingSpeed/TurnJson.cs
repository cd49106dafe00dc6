using System.Text.Json.Serialization;

namespace LocalInference.TrainingSpeed;

/// <summary>What passes between the processes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TurnResult))]
[JsonSerializable(typeof(ReferenceRequest))]
internal sealed partial class TurnJson : JsonSerializerContext;
