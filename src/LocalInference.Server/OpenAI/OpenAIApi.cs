using LocalInference.Server.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalInference.Server.OpenAI;

/// <summary>The routes of OpenAI's interface.</summary>
internal static class OpenAIApi
{
    public static void Map(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        var server = new ServerContext(endpoints, options, new OpenAIProtocol());
        var models = new ModelsRoutes(server);
        Map("/v1/chat/completions", HttpMethods.Post, new ChatCompletionsRoute(server).HandleAsync);
        Map("/v1/completions", HttpMethods.Post, new CompletionsRoute(server).HandleAsync);
        Map("/v1/embeddings", HttpMethods.Post, new EmbeddingsRoute(server).HandleAsync);
        Map("/v1/models", HttpMethods.Get, models.ListAsync);
        Map($"/v1/models/{{*{ModelsRoutes.NameParameter}}}", HttpMethods.Get, models.FindAsync);

        void Map(string path, string method, RequestDelegate handler) => endpoints.MapMethods(path, [method], server.Endpoint.Of(handler));
    }
}
