using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace LocalInference.Server.LlamaServer;

/// <summary>
/// <c>POST /v1/rerank</c> and <c>/v1/reranking</c>, which llama-server's interface has and OpenAI's is expected to have: one handler,
/// whichever of the two is mapped. Routes of the application itself go before it. OpenAI itself ranks nothing, so answers and errors are llama-server's.
/// </summary>
internal sealed class SharedRerankRoutes : EndpointDataSource
{
    private SharedRerankRoutes(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        var protocol = new LlamaServerProtocol();
        var server = new ServerContext(endpoints, options, protocol);
        RequestDelegate handler = protocol.Complete(server.Endpoint.Of(new RerankRoute(server).HandleAsync));
        Endpoints = [Route("/v1/rerank"), Route("/v1/reranking")];

        Microsoft.AspNetCore.Http.Endpoint Route(string path)
        {
            var route = new RouteEndpointBuilder(handler, RoutePatternFactory.Parse(path), order: 1) { DisplayName = $"HTTP: POST {path}" };
            route.Metadata.Add(new HttpMethodMetadata([HttpMethods.Post]));
            route.Metadata.Add(new RouteDescription(protocol, RerankRoute.Summary) { Body = RerankRoute.Body });
            return route.Build();
        }
    }

    public override IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints { get; }

    /// <summary>Maps them, if the other of the two interfaces has not done so.</summary>
    public static void MapOnce(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        if (!endpoints.DataSources.OfType<SharedRerankRoutes>().Any())
        {
            endpoints.DataSources.Add(new SharedRerankRoutes(endpoints, options));
        }
    }

    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;
}
