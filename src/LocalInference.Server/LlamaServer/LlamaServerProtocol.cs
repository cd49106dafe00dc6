using System.Text.Json;
using LocalInference.Server.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>llama-server's errors: <c>{"error": {code, message, type}}</c>, where the code is the status (llama.cpp v0.5.0, tools/server).</summary>
internal sealed class LlamaServerProtocol : WireProtocol
{
    public override string Name => "LlamaServer";

    public override string ErrorSchema => """{"type":"object","properties":{"error":{"type":"object","properties":{"code":{"type":"integer"},"message":{"type":"string"},"type":{"type":"string"}},"required":["code","message","type"]}},"required":["error"]}""";

    public override void WriteError(Utf8JsonWriter json, Fault fault)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteNumber("code", fault.Status);
        json.WriteString("message", fault.Message);
        json.WriteString("type", TypeOf(fault));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string TypeOf(Fault fault) => fault.Kind switch
    {
        FaultKind.ContextLength => "exceed_context_size_error",
        FaultKind.ModelNotFound or FaultKind.NotFound => "not_found_error",
        FaultKind.NotOffered => "not_supported_error",
        FaultKind.Unauthorized => "authentication_error",
        FaultKind.Forbidden => "permission_error",
        FaultKind.Busy or FaultKind.Stopping => "unavailable_error",
        _ => fault.Status < 500 ? "invalid_request_error" : "server_error",
    };
}
