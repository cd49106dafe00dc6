using System.Text.Json.Serialization;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary>Reads and writes files and batches: on the wire, and on the disk with what is not told of them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OwnedFile))]
[JsonSerializable(typeof(OwnedBatch))]
internal sealed partial class BatchJson : JsonSerializerContext;
