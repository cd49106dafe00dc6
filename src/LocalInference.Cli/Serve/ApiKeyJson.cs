using System.Text.Json;
using System.Text.Json.Serialization;
using LocalInference.Server;

namespace LocalInference.Cli.Serve;

/// <summary>Reads keys. A field that nobody knows is an error: it may be a limit that would not hold.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ApiKey[]))]
internal sealed partial class ApiKeyJson : JsonSerializerContext;
