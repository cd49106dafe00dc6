using LocalInference.Abstractions;
using LocalInference.Server;
using LocalInference.Server.Ollama;
using LocalInference.Server.OpenAI;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Offers an application's models over HTTP.</summary>
public static class LocalInferenceEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps Ollama's interface: <c>/api/chat</c>, <c>/api/generate</c>, <c>/api/embed</c> and the others, and <c>/</c>. It is served by the
    /// application's <see cref="ITextGenerator"/>, <see cref="IEmbedder"/>, <see cref="IReranker"/>, <see cref="IPromptTokenizer"/>,
    /// <see cref="IModelCatalog"/>, <see cref="IModelLifetime"/> and <see cref="IRuntimeStatus"/>, as <c>AddLocalInference()</c> registers
    /// them; what needs one that is missing is answered with 501.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <returns>The same routes.</returns>
    public static IEndpointRouteBuilder MapOllamaApi(this IEndpointRouteBuilder endpoints) => endpoints.MapOllamaApi(new LocalInferenceServerOptions());

    /// <inheritdoc cref="MapOllamaApi(IEndpointRouteBuilder)"/>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="options">What requests may be.</param>
    public static IEndpointRouteBuilder MapOllamaApi(this IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(options);
        OllamaApi.Map(endpoints, options);
        return endpoints;
    }

    /// <summary>
    /// Maps OpenAI's interface: <c>/v1/chat/completions</c>, <c>/v1/completions</c>, <c>/v1/embeddings</c> and <c>/v1/models</c>, over the
    /// same services as <see cref="MapOllamaApi(IEndpointRouteBuilder)"/>.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <returns>The same routes.</returns>
    public static IEndpointRouteBuilder MapOpenAIApi(this IEndpointRouteBuilder endpoints) => endpoints.MapOpenAIApi(new LocalInferenceServerOptions());

    /// <inheritdoc cref="MapOpenAIApi(IEndpointRouteBuilder)"/>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="options">What requests may be.</param>
    public static IEndpointRouteBuilder MapOpenAIApi(this IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(options);
        OpenAIApi.Map(endpoints, options);
        return endpoints;
    }
}
