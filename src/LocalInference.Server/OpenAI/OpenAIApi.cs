using LocalInference.Server.Catalog;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using LocalInference.Server.LlamaServer;
using LocalInference.Server.OpenAI.Batches;
using LocalInference.Server.OpenAI.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalInference.Server.OpenAI;

/// <summary>The routes of OpenAI's interface.</summary>
internal static class OpenAIApi
{
    private const string Answer = $"model stream:boolean user seed:integer stop:string|array ignore_eos:boolean num_ctx:integer keep_alive:string|number grammar adapters:array {SamplingFields.Description}";
    private const string Completion = $"max_completion_tokens:integer max_tokens:integer n:integer response_format:object json_schema:object stream_options:object {Answer}";

    private static readonly string[] s_content = ["application/octet-stream"];

    public static void Map(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        var protocol = new OpenAIProtocol();
        var server = new ServerContext(endpoints, options, protocol);
        var routes = new RouteMap(endpoints, server, protocol);
        var aliases = new RouteMap(endpoints, server, protocol) { Order = 1 };
        var store = new ResponseStore(options.MaxStoredResponses, options.MaxStoredResponseBytes);
        var stored = new StoredResponseRoutes(store);
        string response = $"/v1/responses/{{{StoredResponseRoutes.IdParameter}}}";
        RequestDelegate chat = new ChatCompletionsRoute(server).HandleAsync, completions = new CompletionsRoute(server).HandleAsync;
        RequestDelegate embeddings = new EmbeddingsRoute(server).HandleAsync, responses = new ResponsesRoute(server, store).HandleAsync;

        // llama-server has these without the version too. /completions and /embeddings it answers in a form of its own.
        foreach ((RouteMap map, string path) in ((RouteMap, string)[])[(routes, "/v1/chat/completions"), (aliases, "/chat/completions")])
        {
            map.Stream(path, "Answers a conversation.", $"messages!:array tools:array tool_choice:string|object parallel_tool_calls:boolean reasoning_effort reasoning:object chat_template_kwargs:object logprobs:boolean top_logprobs:integer {Completion}", chat);
        }

        routes.Stream("/v1/completions", "Continues prompts.", $"prompt!:string|array suffix echo:boolean best_of:integer logprobs:integer {Completion}", completions);
        routes.Post("/v1/embeddings", "Turns texts into vectors.", "model input!:string|array dimensions:integer encoding_format user keep_alive:string|number", embeddings);
        foreach ((RouteMap map, string path) in ((RouteMap, string)[])[(routes, "/v1/responses"), (aliases, "/responses")])
        {
            map.Stream(path, "Answers a conversation, and keeps the answer.", $"input!:string|array instructions previous_response_id tools:array tool_choice:string|object parallel_tool_calls:boolean text:object reasoning:object reasoning_effort max_output_tokens:integer top_logprobs:integer truncation metadata:object include:array store:boolean background:boolean safety_identifier {Answer}", responses);
        }

        aliases.Get("/models", "Lists the models.", new ModelsRoutes(server).ListAsync);
        routes.Get(response, "Finds a response.", stored.FindAsync);
        routes.Map(response, [HttpMethods.Delete], new RouteDescription(protocol, "Deletes a response."), stored.DeleteAsync);
        routes.Get($"{response}/input_items", "Lists what a response answers.", stored.ItemsAsync);
        routes.Map($"{response}/cancel", [HttpMethods.Post], new RouteDescription(protocol, "Stops a response that is made in the background."), stored.CancelAsync);
        routes.NotOffered("/v1/images/generations", "generation of images");
        routes.NotOffered("/v1/images/edits", "generation of images");
        routes.NotOffered("/v1/images/variations", "generation of images");
        routes.NotOffered("/v1/audio/speech", "speech");
        routes.NotOffered("/v1/audio/transcriptions", "transcription of speech");
        routes.NotOffered("/v1/audio/translations", "transcription of speech");
        routes.NotOffered("/v1/moderations", "moderation");
        SharedModelRoutes.MapOnce(endpoints, options);
        SharedRerankRoutes.MapOnce(endpoints, options);
        if (server.Find<BatchRunner>() is not { } runner)
        {
            routes.NotOffered("/v1/files", "files: it has no folder for them");
            routes.NotOffered("/v1/batches", "batches: it has no folder for them");
            return;
        }

        runner.Serve("/v1/chat/completions", server.Endpoint.Of(chat));
        runner.Serve("/v1/completions", server.Endpoint.Of(completions));
        runner.Serve("/v1/embeddings", server.Endpoint.Of(embeddings));
        runner.Serve("/v1/responses", server.Endpoint.Of(responses));
        MapBatches(routes, protocol, server, runner);
    }

    private static void MapBatches(RouteMap routes, OpenAIProtocol protocol, ServerContext server, BatchRunner runner)
    {
        var files = new FileRoutes(runner.Store);
        var batches = new BatchRoutes(server, runner);
        string file = $"/v1/files/{{{FileRoutes.IdParameter}}}", batch = $"/v1/batches/{{{BatchRoutes.IdParameter}}}";
        routes.Map("/v1/files", [HttpMethods.Post], new RouteDescription(protocol, "Keeps a file, which comes as multipart/form-data."), files.AddAsync);
        routes.Get("/v1/files", "Lists the files.", files.ListAsync);
        routes.Get(file, "Tells of a file.", files.FindAsync);
        routes.Map(file, [HttpMethods.Delete], new RouteDescription(protocol, "Deletes a file."), files.DeleteAsync);
        routes.Map($"{file}/content", [HttpMethods.Get], new RouteDescription(protocol, "Sends what is in a file.") { Answers = s_content }, files.ContentAsync);
        routes.Post("/v1/batches", "Answers the requests of a file when nobody else waits.", "input_file_id! endpoint! completion_window! metadata:object output_expires_after:object", batches.CreateAsync);
        routes.Get("/v1/batches", "Lists the batches.", batches.ListAsync);
        routes.Get(batch, "Tells of a batch.", batches.FindAsync);
        routes.Map($"{batch}/cancel", [HttpMethods.Post], new RouteDescription(protocol, "Gives a batch up."), batches.CancelAsync);
    }
}
