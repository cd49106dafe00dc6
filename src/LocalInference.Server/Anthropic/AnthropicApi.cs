using LocalInference.Server.Catalog;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalInference.Server.Anthropic;

/// <summary>The routes of Anthropic's interface.</summary>
internal static class AnthropicApi
{
    public static void Map(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        var protocol = new AnthropicProtocol();
        var server = new ServerContext(endpoints, options, protocol);
        var routes = new RouteMap(endpoints, server, protocol);
        const string Conversation = "model! messages!:array system:string|array tools:array tool_choice:object thinking:object output_config:object output_format:object";
        routes.Stream("/v1/messages", "Answers a conversation.", $"{Conversation} max_tokens!:integer stop_sequences:array temperature:number top_p:number top_k:integer metadata:object stream:boolean num_ctx:integer keep_alive:string|number adapters:array", new MessagesRoute(server).HandleAsync);
        routes.Post("/v1/messages/count_tokens", "Counts the tokens of a conversation.", Conversation, new CountTokensRoute(server).HandleAsync);
        SharedModelRoutes.MapOnce(endpoints, options);
    }
}
