using LocalInference.Abstractions;
using LocalInference.Server.Catalog;
using LocalInference.Server.Generation;
using LocalInference.Server.Keys;
using LocalInference.Server.Metrics;
using LocalInference.Server.Operation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalInference.Server.Http;

/// <summary>What the endpoints of one protocol share: the application's models, the limits, and how failures are answered.</summary>
internal sealed class ServerContext
{
    /// <summary>The header by which a caller says that nothing of his request may leave this machine.</summary>
    public const string LocalOnlyHeader = "LocalInference-Local-Only";

    private readonly IServiceProvider _services;

    public ServerContext(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options, WireProtocol protocol)
    {
        _services = endpoints.ServiceProvider;
        Options = options;
        ILogger? log = _services.GetService<ILoggerFactory>()?.CreateLogger("LocalInference.Server");
        Endpoint = new Endpoint(protocol, log ?? NullLogger.Instance);
        Models = new ModelDirectory(_services.GetService<IModelCatalog>(), _services.GetService<IModelStore>());
        Over = _services.GetService<RequestDrain>()?.Over ?? CancellationToken.None;
    }

    public LocalInferenceServerOptions Options { get; }

    public Endpoint Endpoint { get; }

    public ModelDirectory Models { get; }

    /// <summary>Says that the server ends and does not wait for requests any longer (<see cref="RequestDrain.Over"/>).</summary>
    public CancellationToken Over { get; }

    public ITextGenerator Generator => Get<ITextGenerator>("text generation");

    public TimeProvider Time => _services.GetService<TimeProvider>() ?? TimeProvider.System;

    /// <summary>
    /// Begins an answer on behalf of whoever asks. Where several models could have answered, headers say which does and why; one of the
    /// request's says that it must not leave this machine.
    /// </summary>
    public async Task<RunningAnswer> BeginAsync(HttpContext context, GenerationRequest request)
    {
        RunningAnswer answer = await RunningAnswer.BeginAsync(
            GeneratorOf(context),
            Confine(context, request),
            context.RequestAborted,
            Over).ConfigureAwait(false);
        answer.Routed = route => Name(context.Response, route);
        if (answer.Started.Route is { } first)
        {
            Name(context.Response, first);
        }

        return answer;
    }

    /// <summary>Does what takes its time on behalf of whoever asks: until he leaves, or the server ends and waits for it no longer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="work">What is done.</param>
    /// <exception cref="RequestException">The server ends.</exception>
    public async Task<T> RunAsync<T>(HttpContext context, Func<CancellationToken, ValueTask<T>> work)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, Over);
        try
        {
            return await work(stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (RequestDrain.HasEnded(e, context.RequestAborted, Over))
        {
            throw RequestException.Stopping();
        }
    }

    /// <summary>Vectors on behalf of whoever asks, who is charged for them.</summary>
    public async Task<EmbeddingResult> EmbedAsync(HttpContext context, EmbeddingRequest request)
    {
        IEmbedder embedder = Get<IEmbedder>("embeddings");
        EmbeddingResult result = await RunAsync(context, token => embedder.EmbedAsync(Confine(context, request), token)).ConfigureAwait(false);
        Charge(context, "embeddings", result.Model, result.TokenCount);
        return result;
    }

    /// <summary>A ranking on behalf of whoever asks, who is charged for it.</summary>
    public async Task<RerankResult> RerankAsync(HttpContext context, RerankRequest request)
    {
        IReranker reranker = Get<IReranker>("reranking");
        RerankResult result = await RunAsync(context, token => reranker.RerankAsync(Confine(context, request), token)).ConfigureAwait(false);
        Charge(context, "rerank", result.Model, result.TokenCount);
        return result;
    }

    /// <summary>Loads a model on behalf of whoever asks.</summary>
    public Task LoadAsync(HttpContext context, IModelLifetime lifetime, string model, TimeSpan? keepAlive) => RunAsync(context, async token =>
    {
        await lifetime.LoadAsync(model, keepAlive, token).ConfigureAwait(false);
        return true;
    });

    /// <summary>The generator that counts, and charges whoever asks; it may be used when the request has ended.</summary>
    public ITextGenerator GeneratorOf(HttpContext context) => new MeteredGenerator(Generator, context.Features.Get<KeyHolder>(), Time);

    /// <summary>The request as its caller may make it: kept on this machine if he says so, and behind others if it is of a batch.</summary>
    public static GenerationRequest Confine(HttpContext context, GenerationRequest request) =>
        request with { LocalOnly = request.LocalOnly || MustStay(context), Priority = PriorityOf(context) };

    /// <inheritdoc cref="Confine(HttpContext, GenerationRequest)"/>
    private static EmbeddingRequest Confine(HttpContext context, EmbeddingRequest request) =>
        request with { LocalOnly = request.LocalOnly || MustStay(context), Priority = PriorityOf(context), Caller = OwnerOf(context) ?? request.Caller };

    /// <inheritdoc cref="Confine(HttpContext, GenerationRequest)"/>
    private static RerankRequest Confine(HttpContext context, RerankRequest request) =>
        request with { Priority = PriorityOf(context), Caller = OwnerOf(context) ?? request.Caller };

    /// <summary>Who goes first while requests wait.</summary>
    public static RequestPriority PriorityOf(HttpContext context) => context.Features.Get<RequestClass>()?.Priority ?? RequestPriority.Normal;

    /// <summary>Whether nothing of a request may leave this machine.</summary>
    public static bool MustStay(HttpContext context) =>
        context.Request.Headers[LocalOnlyHeader].ToString() is { Length: > 0 } value && !string.Equals(value, "false", StringComparison.OrdinalIgnoreCase);

    /// <summary>The name of the key that asks; <see langword="null"/>: the server has no keys.</summary>
    public static string? OwnerOf(HttpContext context) => context.Features.Get<KeyHolder>()?.Key.Name;

    /// <summary>A service that the application may lack.</summary>
    /// <param name="what">What it does, for the caller of a server that lacks it.</param>
    public T Get<T>(string what)
        where T : class => _services.GetService<T>() ?? throw RequestException.NotOffered(what);

    /// <summary>A service that the application may lack, where the answer can do without.</summary>
    public T? Find<T>()
        where T : class => _services.GetService<T>();

    private static void Charge(HttpContext context, string operation, string model, long tokens)
    {
        KeyHolder? holder = context.Features.Get<KeyHolder>();
        holder?.Charge(tokens);
        RequestMeter.Record(operation, holder?.Key.Name, model, tokens);
    }

    // Of a stream the beginning is gone already when another model goes on.
    private static void Name(HttpResponse response, GenerationRoute route)
    {
        if (!response.HasStarted)
        {
            response.Headers["LocalInference-Model"] = HeaderText(route.Model);
            response.Headers["LocalInference-Route"] = HeaderText(route.Reason);
        }
    }

    // Names of models may hold any character, headers ASCII alone.
    private static string HeaderText(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
        }
    });

    public Task<RequestBody> ReadAsync(HttpContext context) => RequestBody.ReadAsync(context, Options.MaxRequestBytes);
}
