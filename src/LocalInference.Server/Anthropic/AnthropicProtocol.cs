using System.Text.Json;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Anthropic;

/// <summary>Anthropic's errors: <c>{"type": "error", "error": {type, message}, "request_id"}</c>.</summary>
internal sealed class AnthropicProtocol : WireProtocol
{
    public override string Name => "Anthropic";

    public override string ErrorSchema => """{"type":"object","properties":{"type":{"const":"error"},"error":{"type":"object","properties":{"type":{"type":"string"},"message":{"type":"string"}},"required":["type","message"]},"request_id":{"type":["string","null"]}},"required":["type","error"]}""";

    /// <summary>A handler whose every answer has its id in the header that SDKs show.</summary>
    public override RequestDelegate Complete(RequestDelegate handler) => context =>
    {
        context.Response.Headers["request-id"] = Id(context.TraceIdentifier);
        return handler(context);
    };

    public override void WriteError(Utf8JsonWriter json, Fault fault)
    {
        json.WriteStartObject();
        json.WriteString("type", "error");
        json.WriteStartObject("error");
        json.WriteString("type", TypeOf(fault.Kind));

        // Clients know a prompt that does not fit by Anthropic's words alone.
        json.WriteString("message", fault.Kind == FaultKind.ContextLength ? $"prompt is too long: {fault.Message}" : fault.Message);
        json.WriteEndObject();
        json.WriteString("request_id", fault.RequestId is { } id ? Id(id) : null);
        json.WriteEndObject();
    }

    private static string TypeOf(FaultKind kind) => kind switch
    {
        FaultKind.ModelNotFound or FaultKind.NotFound => "not_found_error",
        FaultKind.Unauthorized => "authentication_error",
        FaultKind.RateLimited => "rate_limit_error",
        FaultKind.Forbidden => "permission_error",
        FaultKind.TooLarge => "request_too_large",
        FaultKind.Timeout => "timeout_error",
        FaultKind.Busy or FaultKind.Stopping => "overloaded_error",
        FaultKind.BadRequest or FaultKind.ContextLength => "invalid_request_error",
        _ => "api_error",
    };

    private static string Id(string trace) => $"req_{trace}";
}
