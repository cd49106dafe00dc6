using System.Net.Http.Headers;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Anthropic's Messages API (platform.claude.com/docs/en/api/messages), version 2023-06-01, always streamed.</summary>
internal sealed class AnthropicProtocol(ProviderOptions options) : WireProtocol(options)
{
    private const WireFeatures Features = WireFeatures.ForcedToolCalls | WireFeatures.SingleToolCall | WireFeatures.StrictTools | WireFeatures.StrictSchema
        | WireFeatures.ReasoningEffort | WireFeatures.ReasoningTokens | WireFeatures.ContinueFinalMessage;

    public override bool IsEventStream => true;

    public override Uri EmbeddingAddress => throw NoEmbeddings();

    public override Uri ProbeAddress => At("v1/models");

    public override Uri GenerationAddress(GenerationRequest request) => At("v1/messages");

    public override void Prepare(HttpRequestHeaders headers, string? key)
    {
        headers.Add("anthropic-version", "2023-06-01");
        if (key is not null)
        {
            headers.Add("x-api-key", key);
        }
    }

    public override ReadOnlyMemory<byte> Write(GenerationRequest request, string model)
    {
        RequestCheck.Check(request, Features, Options.Name);
        return RequestBody.Bytes(json => new AnthropicRequestWriter(json, Options).Write(request, (ChatInput)request.Input, model));
    }

    public override BatchProtocol? Batches => new AnthropicBatches(this, Options);

    /// <summary>Writes the fields of a request whose answer comes as a whole.</summary>
    /// <exception cref="GenerationException">Anthropic cannot do what the request asks for.</exception>
    public void WriteWhole(Utf8JsonWriter json, GenerationRequest request, string model)
    {
        RequestCheck.Check(request, Features, Options.Name);
        new AnthropicRequestWriter(json, Options).Write(request, (ChatInput)request.Input, model, isStreamed: false);
    }

    public override AnswerParser Parser(GenerationRequest request, string model) => new AnthropicAnswerParser(this, request, model, Options.TimeProvider);

    /// <summary>A signature of this provider as conversations hold it.</summary>
    public string Mark(string signature) => ThoughtSignature.Of(signature, Options.Name);

    public override ReadOnlyMemory<byte> Write(EmbeddingRequest request, string model) => throw NoEmbeddings();

    public override EmbeddingResult ReadEmbeddings(JsonElement body, EmbeddingRequest request, string model) => throw NoEmbeddings();

    public override ProviderFault ReadError(int status, JsonElement? body)
    {
        JsonElement error = body?.Field("error") ?? default;
        string? type = error.Text("type");
        string? message = error.Text("message");
        ProviderErrorKind kind = type switch
        {
            "authentication_error" or "permission_error" => ProviderErrorKind.Authentication,
            "rate_limit_error" => ProviderErrorKind.RateLimit,
            "overloaded_error" or "api_error" or "timeout_error" => ProviderErrorKind.Outage,

            // The only sign of it is the sentence.
            "invalid_request_error" when message?.Contains("prompt is too long", StringComparison.OrdinalIgnoreCase) == true => ProviderErrorKind.ContextLength,
            "invalid_request_error" or "not_found_error" or "request_too_large" or "billing_error" => ProviderErrorKind.BadRequest,
            _ => status == 200 ? ProviderErrorKind.Outage : ProviderFault.Of(status),
        };
        return new(kind, type, message) { IsModelUnknown = type == "not_found_error" };
    }

    private GenerationException NoEmbeddings() => ExceptionFactory.OptionUnsupported(Options.Name, "embeddings");
}
