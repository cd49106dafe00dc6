using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalInference.Server.LlamaServer;

/// <summary>llama-server's own routes (llama.cpp v0.5.0, tools/server), but for those that other interfaces here have too.</summary>
internal static class LlamaServerApi
{
    private const string Answer =
        "n_predict:integer max_tokens:integer max_completion_tokens:integer seed:integer stop:string|array ignore_eos:boolean stream:boolean n_probs:integer logprobs:integer "
        + "return_tokens:boolean return_progress:boolean response_fields:array grammar json_schema:object lora:array adapters:array num_ctx:integer keep_alive:string|number "
        + $"n_cmpl:integer n:integer {SamplingFields.Description}";

    // What says how the prompt of a conversation is made.
    private const string Conversation =
        "model messages!:array tools:array tool_choice:string|object parallel_tool_calls:boolean reasoning_effort reasoning:object chat_template_kwargs:object "
        + "response_format:object json_schema:object grammar";

    public static void Map(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        var protocol = new LlamaServerProtocol();
        var server = new ServerContext(endpoints, options, protocol);
        var routes = new RouteMap(endpoints, server, protocol);
        var state = new StateRoutes(server);
        var tokens = new TokenRoutes(server);
        var completion = new CompletionRoute(server);
        var embedding = new EmbeddingRoute(server);
        var rerank = new RerankRoute(server);
        foreach (string path in (string[])["/health", "/v1/health"])
        {
            routes.Get(path, "Tells that the server answers.", StateRoutes.HealthAsync);
        }

        routes.Get("/props", "Tells of a model and its default settings.", state.PropertiesAsync);
        routes.Get("/slots", "Tells what runs.", state.SlotsAsync);
        routes.Get("/lora-adapters", "Lists the adapters of a model.", state.AdaptersAsync);
        foreach (string path in (string[])["/completion", "/completions"])
        {
            routes.Stream(path, "Continues prompts.", $"model prompt!:string|array|object {Answer}", completion.HandleAsync);
        }

        routes.Stream("/infill", "Writes between a prefix and a suffix.", $"model input_prefix! input_suffix! input_extra:array prompt {Answer}", new InfillRoute(server).HandleAsync);
        routes.Post("/apply-template", "Makes the prompt of a conversation.", Conversation, tokens.ApplyTemplateAsync);
        foreach (string path in (string[])["/v1/chat/completions/input_tokens", "/chat/completions/input_tokens"])
        {
            routes.Post(path, "Counts the tokens of a conversation.", Conversation, tokens.CountAsync);
        }

        routes.Post("/tokenize", "Splits text into tokens.", "model content:string|array add_special:boolean parse_special:boolean with_pieces:boolean", tokens.TokenizeAsync);
        routes.Post("/detokenize", "Puts tokens together to text.", "model tokens:array", tokens.DetokenizeAsync);
        foreach (string path in (string[])["/embedding", "/embeddings"])
        {
            routes.Post(path, "Turns texts into vectors.", "model content:string|array input:string|array embd_normalize:integer keep_alive:string|number", embedding.HandleAsync);
        }

        foreach (string path in (string[])["/rerank", "/reranking"])
        {
            routes.Post(path, RerankRoute.Summary, RerankRoute.Body, rerank.HandleAsync);
        }

        SharedRerankRoutes.MapOnce(endpoints, options);
    }
}
