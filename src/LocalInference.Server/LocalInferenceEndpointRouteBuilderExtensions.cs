using LocalInference.Abstractions;
using LocalInference.Server;
using LocalInference.Server.Anthropic;
using LocalInference.Server.Metrics;
using LocalInference.Server.Ollama;
using LocalInference.Server.OpenAI;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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

    /// <summary>
    /// Maps Anthropic's interface: <c>/v1/messages</c>, <c>/v1/messages/count_tokens</c> and <c>/v1/models</c>, over the same services as
    /// <see cref="MapOllamaApi(IEndpointRouteBuilder)"/>. <c>/v1/models</c> answers in Anthropic's form to who sends
    /// <c>anthropic-version</c> and in OpenAI's to others, whichever of the two interfaces is mapped.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <returns>The same routes.</returns>
    public static IEndpointRouteBuilder MapAnthropicApi(this IEndpointRouteBuilder endpoints) => endpoints.MapAnthropicApi(new LocalInferenceServerOptions());

    /// <inheritdoc cref="MapAnthropicApi(IEndpointRouteBuilder)"/>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="options">What requests may be.</param>
    public static IEndpointRouteBuilder MapAnthropicApi(this IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(options);
        AnthropicApi.Map(endpoints, options);
        return endpoints;
    }
    /// <summary>
    /// Maps <c>GET /metrics</c>, which Prometheus reads: times to first token and between tokens, tokens read, cached and generated, by
    /// model; what is loaded; requests and connections of the web server. Values count from when it is mapped. Prompts and answers are
    /// never in them.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <returns>The same routes.</returns>
    public static IEndpointRouteBuilder MapModelMetrics(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var exporter = new MetricsExporter(endpoints.ServiceProvider.GetService<IRuntimeStatus>());
        endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopped.Register(exporter.Dispose);
        endpoints.MapGet("/metrics", context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return context.Response.WriteAsync(exporter.Write(), context.RequestAborted);
        });
        return endpoints;
    }
}
