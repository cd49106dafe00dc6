using System.Text.Json.Serialization;

namespace LocalInference;

/// <summary>The blobs of a model that are JSON, in the snake case of Ollama's.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelConfig))]
[JsonSerializable(typeof(IReadOnlyList<LayerMessage>))]
internal sealed partial class LayerJson : JsonSerializerContext;
