using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// OpenAI's interface and those that follow it (platform.openai.com/docs/api-reference: chat, completions, embeddings). Answers are
/// always streamed, also to callers that want them whole: one way to read them, and broken connections show early.
/// </summary>
internal sealed class OpenAIProtocol(ProviderOptions options) : WireProtocol(options)
{
    private readonly OpenAIDialect _dialect = OpenAIDialect.Of(options.Kind);

    public override bool IsEventStream => true;

    public override Uri EmbeddingAddress => At("embeddings");

    public override bool TellsReadiness => Options.Kind is ProviderKind.Vllm or ProviderKind.LlamaServer or ProviderKind.LocalInference;

    // These three have their own addresses for it beside /v1 (vLLM, SGLang and llama-server /health, ours /readyz).
    public override Uri ProbeAddress => Options.Kind switch
    {
        ProviderKind.Vllm or ProviderKind.LlamaServer => new Uri(Options.BaseAddress, "/health"),
        ProviderKind.LocalInference => new Uri(Options.BaseAddress, "/readyz"),
        _ => At("models"),
    };

    public override Uri GenerationAddress(GenerationRequest request) => At(request.Input is ChatInput ? "chat/completions" : "completions");

    public override ReadOnlyMemory<byte> Write(GenerationRequest request, string model)
    {
        RequestCheck.Check(request, _dialect.Features, Options.Name);
        return RequestBody.Bytes(json => new OpenAIRequestWriter(json, _dialect, Options.Name).Write(request, model));
    }

    // Servers that only follow OpenAI may have batches; the three that are known have none.
    public override BatchProtocol? Batches => Options.Kind is ProviderKind.OpenAI or ProviderKind.OpenAICompatible ? new OpenAIBatches(this, Options) : null;

    /// <summary>Writes the fields of a request whose answer comes as a whole.</summary>
    /// <exception cref="GenerationException">The provider cannot do what the request asks for.</exception>
    public void WriteWhole(Utf8JsonWriter json, GenerationRequest request, string model)
    {
        RequestCheck.Check(request, _dialect.Features, Options.Name);
        new OpenAIRequestWriter(json, _dialect, Options.Name).Write(request, model, isStreamed: false);
    }

    public override AnswerParser Parser(GenerationRequest request, string model) => new OpenAIAnswerParser(this, request, model, Options.TimeProvider);

    public override ReadOnlyMemory<byte> Write(EmbeddingRequest request, string model)
    {
        EmbeddingCheck.Check(request, Options.Name, takesTokens: true);
        return RequestBody.Bytes(json =>
        {
            json.WriteString("model", model);
            json.WriteStartArray("input");
            foreach (EmbeddingInput input in request.Inputs)
            {
                if (input.Text is { } text)
                {
                    json.WriteStringValue(text);
                }
                else
                {
                    json.WriteStartArray();
                    foreach (int token in input.Tokens.Span)
                    {
                        json.WriteNumberValue(token);
                    }

                    json.WriteEndArray();
                }
            }

            json.WriteEndArray();
            if (request.Dimensions is { } dimensions)
            {
                json.WriteNumber("dimensions", dimensions);
            }

            json.WriteString("encoding_format", "float");
        });
    }

    public override EmbeddingResult ReadEmbeddings(JsonElement body, EmbeddingRequest request, string model)
    {
        var vectors = new ReadOnlyMemory<float>[request.Inputs.Count];
        int count = 0;
        foreach (JsonElement item in body.Items("data"))
        {
            int index = item.Integer("index") ?? count;
            if (index < 0 || index >= vectors.Length)
            {
                throw new JsonException($"There is no text {index}.");
            }

            vectors[index] = EmbeddingVector.Read(item.Field("embedding"));
            count++;
        }

        return EmbeddingVector.Result(body.Text("model") ?? model, vectors, count, body.Field("usage")?.Integer("prompt_tokens") ?? 0);
    }

    public override ProviderFault ReadError(int status, JsonElement? body)
    {
        JsonElement? error = body?.Field("error");

        // Some servers have the error itself as the body, or only a text in place of it.
        JsonElement detail = error is { ValueKind: JsonValueKind.Object } inner ? inner : body ?? default;
        string? message = error is { ValueKind: JsonValueKind.String } text ? text.GetString() : detail.Text("message");
        string? type = detail.Text("type");
        string? code = detail.Text("code") ?? type;
        int known = detail.Integer("code") ?? status;
        return new(Kind(known, code, type), code, message) { IsModelUnknown = code == "model_not_found" || (known == 404 && code is "not_found_error" or "NotFoundError") };
    }

    private static ProviderErrorKind Kind(int status, string? code, string? type) => (code, type) switch
    {
        ("context_length_exceeded" or "string_above_max_length", _) or (_, "exceed_context_size_error") => ProviderErrorKind.ContextLength,
        ("content_filter" or "content_policy_violation", _) => ProviderErrorKind.ContentFilter,
        ("invalid_api_key", _) or (_, "authentication_error") => ProviderErrorKind.Authentication,
        ("rate_limit_exceeded" or "insufficient_quota", _) => ProviderErrorKind.RateLimit,
        _ => status == 200 ? ProviderErrorKind.Outage : ProviderFault.Of(status),
    };
}
