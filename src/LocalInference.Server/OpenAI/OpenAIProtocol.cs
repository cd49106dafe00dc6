using System.Text.Json;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>OpenAI's errors: <c>{"error": {message, type, param, code}}</c>.</summary>
internal sealed class OpenAIProtocol : WireProtocol
{
    public override string Name => "OpenAI";

    public override string ErrorSchema => """{"type":"object","properties":{"error":{"type":"object","properties":{"message":{"type":"string"},"type":{"type":"string"},"param":{"type":["string","null"]},"code":{"type":["string","null"]}},"required":["message","type"]}},"required":["error"]}""";

    /// <summary>A handler whose every answer has its id in the header that SDKs show.</summary>
    public override RequestDelegate Complete(RequestDelegate handler) => context =>
    {
        context.Response.Headers["x-request-id"] = $"req_{context.TraceIdentifier}";
        return handler(context);
    };

    public override void WriteError(Utf8JsonWriter json, Fault fault)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", fault.Message);
        json.WriteString("type", fault.Kind switch
        {
            FaultKind.ModelNotFound or FaultKind.NotFound => "not_found_error",
            FaultKind.RateLimited => "rate_limit_error",
            FaultKind.Unauthorized => "authentication_error",
            FaultKind.Forbidden => "permission_error",
            _ => fault.Status < 500 ? "invalid_request_error" : "api_error",
        });
        json.WriteString("param", fault.Parameter);
        json.WriteString("code", fault.Kind == FaultKind.ContextLength ? "context_length_exceeded" : fault.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
