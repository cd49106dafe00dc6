using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalInference.Server.LlamaServer;

/// <summary>
/// <c>POST /v1/rerank</c> and <c>/v1/reranking</c>, which llama-server's interface has and OpenAI's is expected to have: one handler,
/// whichever of the two is mapped. Routes of the application itself go before it. OpenAI itself ranks nothing, so answers and errors are llama-server's.
/// </summary>
internal sealed class SharedRerankRoutes : SharedRoutes
{
    private SharedRerankRoutes(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        var protocol = new LlamaServerProtocol();
        var server = new ServerContext(endpoints, options, protocol);
        RequestDelegate handler = protocol.Complete(server.Endpoint.Of(new RerankRoute(server).HandleAsync));
        foreach (string path in (string[])["/v1/rerank", "/v1/reranking"])
        {
            Add(HttpMethods.Post, path, order: 1, new RouteDescription(protocol, RerankRoute.Summary) { Body = RerankRoute.Body }, handler);
        }
    }

    /// <summary>Maps them, if the other of the two interfaces has not done so.</summary>
    public static void MapOnce(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options) =>
        MapOnce(endpoints, () => new SharedRerankRoutes(endpoints, options));
}
