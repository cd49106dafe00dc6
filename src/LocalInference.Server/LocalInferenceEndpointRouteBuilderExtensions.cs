using LocalInference.Abstractions;
using LocalInference.Server;
using LocalInference.Server.Anthropic;
using LocalInference.Server.Http;
using LocalInference.Server.Keys;
using LocalInference.Server.LlamaServer;
using LocalInference.Server.Metrics;
using LocalInference.Server.Ollama;
using LocalInference.Server.OpenAI;
using LocalInference.Server.OpenApi;
using LocalInference.Server.Operation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Offers an application's models over HTTP.</summary>
public static class LocalInferenceEndpointRouteBuilderExtensions
{
    private static readonly string[] s_text = ["text/plain"];

    /// <summary>
    /// Maps Ollama's interface: <c>/api/chat</c>, <c>/api/generate</c>, <c>/api/embed</c> and the others, <c>/</c>, and beside them
    /// <c>/api/ws</c>, chats over a WebSocket. It is served by the
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
    /// Maps OpenAI's interface: <c>/v1/chat/completions</c>, <c>/v1/completions</c>, <c>/v1/embeddings</c>, <c>/v1/responses</c>,
    /// <c>/v1/models</c>, beside them <c>/v1/rerank</c> and <c>/v1/reranking</c>, which other servers of it have, and, with <c>services.AddBatches()</c>, <c>/v1/files</c> and <c>/v1/batches</c>, over the same services as
    /// <see cref="MapOllamaApi(IEndpointRouteBuilder)"/>; and <c>/chat/completions</c>, <c>/responses</c> and <c>/models</c>, which
    /// llama-server's clients know: what guards paths has to cover these too; routes of the application with such a path go first. Who names no
    /// model gets the only one.
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
    /// Maps llama-server's own routes: <c>/completion</c>, <c>/infill</c>, <c>/tokenize</c>, <c>/detokenize</c>, <c>/apply-template</c>,
    /// <c>/v1/chat/completions/input_tokens</c>, <c>/embedding</c>, <c>/rerank</c>, <c>/health</c>, <c>/props</c>, <c>/slots</c> and
    /// <c>/lora-adapters</c>, over the same services as <see cref="MapOllamaApi(IEndpointRouteBuilder)"/>. The others of its routes are OpenAI's. Who names no model gets the only one.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <returns>The same routes.</returns>
    public static IEndpointRouteBuilder MapLlamaServerApi(this IEndpointRouteBuilder endpoints) => endpoints.MapLlamaServerApi(new LocalInferenceServerOptions());

    /// <inheritdoc cref="MapLlamaServerApi(IEndpointRouteBuilder)"/>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="options">What requests may be.</param>
    public static IEndpointRouteBuilder MapLlamaServerApi(this IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(options);
        LlamaServerApi.Map(endpoints, options);
        return endpoints;
    }

    /// <summary>
    /// Maps <c>GET /metrics</c>, which Prometheus reads: times to first token and between tokens, tokens read, cached and generated, by
    /// model, and by key and adapters; what is loaded; requests and connections of the web server. Values count from when it is mapped. Prompts and answers are
    /// never in them. They name all keys: where there are some (<c>UseApiKeys</c>), it takes one of <see cref="ApiKeyScope.Admin"/>.
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
            if (context.Features.Get<KeyHolder>() is { Key.Scope: not ApiKeyScope.Admin })
            {
                throw new RequestException(new Fault(FaultKind.Forbidden, "This key opens the use of models, not what everybody takes of them.") { Code = "administration_needs_key" });
            }

            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return context.Response.WriteAsync(exporter.Write(), context.RequestAborted);
        }).WithMetadata(new RouteDescription(null, "Tells what is measured.") { Answers = s_text });
        return endpoints;
    }

    /// <summary>
    /// Maps <c>GET /healthz</c>, which answers as long as the server does, and <c>GET /readyz</c>, which answers with 503 when the
    /// application is to stop: balancers send nothing more then.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <returns>The same routes.</returns>
    public static IEndpointRouteBuilder MapServerHealth(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        RequestDrain? drain = endpoints.ServiceProvider.GetService<RequestDrain>();
        CancellationToken stopping = endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        endpoints.MapGet("/healthz", static context => context.Response.WriteAsync("ok", context.RequestAborted))
            .WithMetadata(new RouteDescription(null, "Tells that the server answers.") { Answers = s_text });
        endpoints.MapGet("/readyz", context =>
        {
            bool ends = drain?.IsDraining == true || stopping.IsCancellationRequested;
            context.Response.StatusCode = ends ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            return context.Response.WriteAsync(ends ? "stopping" : "ok", context.RequestAborted);
        }).WithMetadata(new RouteDescription(null, "Tells whether the server takes more work.") { Answers = s_text });
        return endpoints;
    }

    /// <summary>Maps <c>GET /openapi.json</c>: this library's routes that are mapped, as an OpenAPI 3.1 document.</summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <returns>The same routes.</returns>
    public static IEndpointRouteBuilder MapOpenApiDocument(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapGet("/openapi.json", context => JsonResponse.WriteAsync(
            context,
            json => OpenApiDocument.Write(json, endpoints.DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>())))
            .WithMetadata(new RouteDescription(null, "Describes the routes."));
        return endpoints;
    }
}
