using LocalInference.Server.Catalog;
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
        Map("/v1/chat/completions", new ChatCompletionsRoute(server).HandleAsync);
        Map("/v1/completions", new CompletionsRoute(server).HandleAsync);
        Map("/v1/embeddings", new EmbeddingsRoute(server).HandleAsync);
        NotOffered("/v1/images/generations", "generation of images");
        NotOffered("/v1/images/edits", "generation of images");
        NotOffered("/v1/images/variations", "generation of images");
        NotOffered("/v1/audio/speech", "speech");
        NotOffered("/v1/audio/transcriptions", "transcription of speech");
        NotOffered("/v1/audio/translations", "transcription of speech");
        NotOffered("/v1/moderations", "moderation");
        SharedModelRoutes.MapOnce(endpoints, options);

        void NotOffered(string path, string what) => Map(path, _ => throw RequestException.NotOffered(what));

        void Map(string path, RequestDelegate handler) => endpoints.MapMethods(path, [HttpMethods.Post], server.Endpoint.Of(handler));
    }
}
