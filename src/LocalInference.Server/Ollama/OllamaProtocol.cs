using System.Text.Json;
using LocalInference.Server.Http;

namespace LocalInference.Server.Ollama;

/// <summary>Ollama's errors: <c>{"error": "…"}</c>, with Ollama's words where clients look for them.</summary>
internal sealed class OllamaProtocol : WireProtocol
{
    public override string Name => "Ollama";

    public override string ErrorSchema => """{"type":"object","properties":{"error":{"type":"string"}},"required":["error"]}""";

    public static string MessageOf(Fault fault) => fault switch
    {
        // Two spaces, as Ollama has them.
        { Kind: FaultKind.Busy } => "server busy, please try again.  maximum pending requests exceeded",
        { Kind: FaultKind.ModelNotFound, Value: { } model } => OllamaModel.NotFound(model).Message,
        { Code: "model_name_invalid" } => OllamaModel.Invalid().Message,
        { Code: "digest_invalid" } => "invalid digest format",
        _ => fault.Message,
    };

    public override void WriteError(Utf8JsonWriter json, Fault fault)
    {
        json.WriteStartObject();
        json.WriteString("error", MessageOf(fault));
        json.WriteEndObject();
    }
}
