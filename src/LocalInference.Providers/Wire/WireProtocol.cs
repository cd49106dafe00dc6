using System.Net.Http.Headers;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>What a provider speaks: requests and answers as they are on the wire. Safe for concurrent use.</summary>
internal abstract class WireProtocol(ProviderOptions options)
{
    /// <summary>Whether answers are server-sent events; otherwise lines of JSON.</summary>
    public abstract bool IsEventStream { get; }

    protected ProviderOptions Options => options;

    public static WireProtocol Of(ProviderOptions options) => options.Kind switch
    {
        ProviderKind.Anthropic => new AnthropicProtocol(options),
        ProviderKind.Ollama => new OllamaProtocol(options),
        _ => new OpenAIProtocol(options),
    };

    /// <summary>Where requests for text go.</summary>
    public abstract Uri GenerationAddress(GenerationRequest request);

    /// <summary>What is cheap to ask for, without a key, to see whether anybody is there.</summary>
    public abstract Uri ProbeAddress { get; }

    /// <summary>Whether success at <see cref="ProbeAddress"/> means that requests will be answered, and not only that a server runs.</summary>
    public virtual bool TellsReadiness => false;

    /// <summary>The body of a request for text.</summary>
    /// <exception cref="GenerationException">The provider cannot do what the request asks for.</exception>
    public abstract ReadOnlyMemory<byte> Write(GenerationRequest request, string model);

    /// <summary>Reads the answer to it.</summary>
    public abstract AnswerParser Parser(GenerationRequest request, string model);

    /// <summary>Where requests for vectors go.</summary>
    /// <exception cref="GenerationException">The provider has none.</exception>
    public abstract Uri EmbeddingAddress { get; }

    /// <summary>The body of a request for vectors.</summary>
    /// <exception cref="GenerationException">The provider cannot do what the request asks for.</exception>
    public abstract ReadOnlyMemory<byte> Write(EmbeddingRequest request, string model);

    /// <summary>Reads the answer to it.</summary>
    /// <exception cref="JsonException">It is not what the protocol says.</exception>
    public abstract EmbeddingResult ReadEmbeddings(JsonElement body, EmbeddingRequest request, string model);

    /// <summary>Its batches; <see langword="null"/>: it has none.</summary>
    public virtual BatchProtocol? Batches => null;

    /// <summary>What an error means; <paramref name="body"/> is <see langword="null"/> where there is no JSON object.</summary>
    public abstract ProviderFault ReadError(int status, JsonElement? body);

    /// <summary>Adds a key, and what else the provider wants in the headers.</summary>
    public virtual void Prepare(HttpRequestHeaders headers, string? key)
    {
        if (key is not null)
        {
            headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>The exception for an error of the provider: without its keys, and with its own words apart from the message.</summary>
    public LocalInferenceException Error(ProviderFault fault, string what, string? model, int? status = null, TimeSpan? retryAfter = null, string? requestId = null) => fault.IsModelUnknown && model is not null
        ? ExceptionFactory.ModelNotOffered(model, options.Name)
        : ExceptionFactory.Provider(
            fault.Kind,
            options.Name,
            what,
            status: status,
            retryAfter: retryAfter,
            providerCode: options.Keys.Redact(fault.Code, 64),
            providerMessage: options.Keys.Redact(fault.Message, 2000),
            requestId: options.Keys.Redact(requestId, 128));

    /// <summary>The exception for an error within an answer.</summary>
    public LocalInferenceException ErrorInAnswer(JsonElement message, string model) => Error(ReadError(200, message), "broke off its answer with an error", model);

    /// <summary>An address below the base address.</summary>
    public Uri At(string path)
    {
        string address = options.BaseAddress.AbsoluteUri;
        return new Uri(address.EndsWith('/') ? address + path : $"{address}/{path}");
    }
}
