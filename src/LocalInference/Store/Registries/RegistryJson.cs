using System.Text.Json.Serialization;

namespace LocalInference;

/// <summary>What registries answer.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(RepositoryFile[]))]
[JsonSerializable(typeof(RegistryErrors))]
[JsonSerializable(typeof(DockerConfig))]
internal sealed partial class RegistryJson : JsonSerializerContext;
