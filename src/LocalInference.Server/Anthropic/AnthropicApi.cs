using LocalInference.Server.Catalog;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalInference.Server.Anthropic;

/// <summary>The routes of Anthropic's interface.</summary>
internal static class AnthropicApi
{
    public static void Map(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        var server = new ServerContext(endpoints, options, new AnthropicProtocol());
        Map("/v1/messages", new MessagesRoute(server).HandleAsync);
        Map("/v1/messages/count_tokens", new CountTokensRoute(server).HandleAsync);
        SharedModelRoutes.MapOnce(endpoints, options);

        void Map(string path, RequestDelegate handler) => endpoints.MapMethods(path, [HttpMethods.Post], AnthropicProtocol.WithRequestId(server.Endpoint.Of(handler)));
    }
}
