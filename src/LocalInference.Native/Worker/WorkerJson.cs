using System.Text.Json.Serialization;

namespace LocalInference.Native;

/// <summary>
/// The protocol between a host and <c>LocalInference.Worker</c>: the first line of the worker's standard input is one job, each
/// line of its standard output one <see cref="WorkerEvent"/>. Closing its standard input cancels. It exits with 0 after a
/// result, 1 after an error, 2 when it did not understand the job; standard error is for people.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProbeBackendJob))]
[JsonSerializable(typeof(DescribeRuntimeJob))]
[JsonSerializable(typeof(WorkerEvent))]
[JsonSerializable(typeof(BackendReport))]
[JsonSerializable(typeof(RuntimeReport))]
internal sealed partial class WorkerJson : JsonSerializerContext;
