using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Ollama's <c>/api/chat</c>, <c>/api/generate</c> (raw) and <c>/api/embed</c>, always streamed where there is something to stream.</summary>
internal sealed class OllamaProtocol(ProviderOptions options) : WireProtocol(options)
{
    private const WireFeatures Features = WireFeatures.PromptInput | WireFeatures.JsonOutput | WireFeatures.StrictSchema | WireFeatures.LogProbabilities
        | WireFeatures.ContextLength | WireFeatures.ReasoningEffort;

    public override bool IsEventStream => false;

    public override Uri EmbeddingAddress => At("api/embed");

    public override Uri ProbeAddress => At("api/version");

    public override Uri GenerationAddress(GenerationRequest request) => At(request.Input is ChatInput ? "api/chat" : "api/generate");

    public override ReadOnlyMemory<byte> Write(GenerationRequest request, string model)
    {
        RequestCheck.Check(request, Features, Options.Name);
        return RequestBody.Bytes(json => new OllamaRequestWriter(json, Options.Name).Write(request, model));
    }

    public override AnswerParser Parser(GenerationRequest request, string model) => new OllamaAnswerParser(this, request, model, Options.TimeProvider);

    public override ReadOnlyMemory<byte> Write(EmbeddingRequest request, string model)
    {
        EmbeddingCheck.Check(request, Options.Name, takesTokens: false, cutsEnds: true);
        return RequestBody.Bytes(json =>
        {
            json.WriteString("model", model);
            json.WriteStartArray("input");
            foreach (EmbeddingInput input in request.Inputs)
            {
                json.WriteStringValue(input.Text);
            }

            json.WriteEndArray();
            json.WriteBoolean("truncate", request.Truncation == TextTruncation.End);
            if (request.Dimensions is { } dimensions)
            {
                json.WriteNumber("dimensions", dimensions);
            }

            if (request.ContextLength is { } length)
            {
                json.WriteStartObject("options");
                json.WriteNumber("num_ctx", length);
                json.WriteEndObject();
            }

            OllamaRequestWriter.KeepAlive(json, request.KeepAlive);
        });
    }

    public override EmbeddingResult ReadEmbeddings(JsonElement body, EmbeddingRequest request, string model)
    {
        ReadOnlyMemory<float>[] vectors = [.. body.Items("embeddings").Select(static vector => EmbeddingVector.Read(vector))];
        EmbeddingResult result = EmbeddingVector.Result(body.Text("model") ?? model, vectors, request.Inputs.Count, body.Integer("prompt_eval_count") ?? 0);
        return result with { LoadDuration = OllamaAnswerParser.Duration(body, "load_duration") };
    }

    // Ollama has sentences instead of codes: its own, llama-server's that it passes on, and this library's server's.
    public override ProviderFault ReadError(int status, JsonElement? body)
    {
        string message = body?.Text("error") ?? body?.Field("error")?.Text("message") ?? "";
        ProviderErrorKind kind = Has(message, "context length") || Has(message, "exceeds the available context") || Has(message, "the context holds") ? ProviderErrorKind.ContextLength
            : Has(message, "server busy") ? ProviderErrorKind.RateLimit
            : status == 200 ? ProviderErrorKind.Outage
            : ProviderFault.Of(status);
        return new(kind, Code: null, message.Length > 0 ? message : null) { IsModelUnknown = status == 404 && Has(message, "not found") };
    }

    private static bool Has(string message, string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
