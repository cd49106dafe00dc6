using System.Text.Json;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>OpenAI's errors: <c>{"error": {message, type, param, code}}</c>.</summary>
internal sealed class OpenAIProtocol : WireProtocol
{
    public override void WriteError(Utf8JsonWriter json, Fault fault)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", fault.Message);
        json.WriteString("type", fault.Status switch
        {
            < 500 when fault.Kind == FaultKind.ModelNotFound => "not_found_error",
            < 500 => "invalid_request_error",
            _ => "api_error",
        });
        json.WriteString("param", fault.Parameter);
        json.WriteString("code", fault.Kind == FaultKind.ContextLength ? "context_length_exceeded" : fault.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
