using System.Text.Json.Serialization;

namespace LocalInference.Training;

/// <summary>What a training and who asked for it say to each other.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(TrainJob))]
[JsonSerializable(typeof(TrainingProgress))]
[JsonSerializable(typeof(TrainingResult))]
internal sealed partial class TrainingJson : JsonSerializerContext;
