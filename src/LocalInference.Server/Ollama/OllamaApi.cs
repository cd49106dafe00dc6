using System.Reflection;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using LocalInference.Server.Ollama.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalInference.Server.Ollama;

/// <summary>The routes of Ollama's interface.</summary>
internal static class OllamaApi
{
    /// <summary>
    /// The release whose interface this is: what clients compare when they ask whether a server is new enough for them.
    /// </summary>
    public const string CompatibleVersion = "0.32.15";

    private const string Answer = "options:object format:string|object grammar choices:array regex think:boolean|string keep_alive:string|number stream:boolean truncate:boolean shift:boolean logprobs:boolean top_logprobs:integer adapters:array";

    private static readonly string[] s_read = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] s_answers = ["application/json", "application/x-ndjson"];

    public static void Map(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        var protocol = new OllamaProtocol();
        var server = new ServerContext(endpoints, options, protocol);
        var routes = new RouteMap(endpoints, server, protocol);
        var chat = new ChatRoute(server);
        var models = new ModelRoutes(server);
        var embeddings = new EmbedRoutes(server);
        var tokens = new TokenRoutes(server);
        var store = new StoreRoutes(server);
        var blobs = new BlobRoutes(server);
        string blob = $"/api/blobs/{{{BlobRoutes.DigestParameter}}}";

        Read("/", "Tells that the server runs.", static context =>
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync("Ollama is running", context.RequestAborted);
        });
        Read("/api/version", "Tells the version.", context => WriteVersionAsync(context, server.Find<IModelStore>() is not null));
        routes.Get("/api/status", "Tells that there is no cloud.", WriteStatusAsync);
        Read("/api/tags", "Lists the models.", models.TagsAsync);
        routes.Get("/api/ps", "Lists the models in memory.", models.LoadedAsync);
        routes.Post("/api/show", "Tells of a model.", "model! verbose:boolean", new ShowRoute(server).HandleAsync);
        routes.Lines("/api/generate", "Continues a prompt.", $"model! prompt suffix system template raw:boolean context:array images:array {Answer}", new GenerateRoute(server).HandleAsync);
        routes.Lines("/api/chat", "Answers a conversation.", $"model! messages:array tools:array tool_choice:string|object {Answer}", chat.HandleAsync);
        routes.Get("/api/ws", "Opens a WebSocket. Its messages are those of /api/chat with an id, and {\"cancel\": id}; the answers' objects come with that id.", new ChatSocketRoute(server, chat).HandleAsync);
        routes.Post("/api/embed", "Turns texts into vectors.", "model! input!:string|array truncate:boolean dimensions:integer options:object keep_alive:string|number", embeddings.EmbedAsync);
        routes.Post("/api/embeddings", "Turns a text into a vector.", "model! prompt! options:object keep_alive:string|number", embeddings.EmbedOneAsync);
        routes.Post("/api/tokenize", "Splits text into tokens.", "model! content! add_special:boolean parse_special:boolean", tokens.TokenizeAsync);
        routes.Post("/api/detokenize", "Puts tokens together to text.", "model! tokens!:array parse_special:boolean", tokens.DetokenizeAsync);
        routes.Post("/api/rerank", "Ranks documents for a query.", "model! query! documents!:array top_n:integer truncate:boolean keep_alive:string|number", new RerankRoute(server).HandleAsync);
        Administrate("/api/pull", HttpMethods.Post, "Fetches a model from a registry.", "model! insecure:boolean stream:boolean", store.PullAsync);
        Administrate("/api/push", HttpMethods.Post, "Sends a model to a registry.", "model! insecure:boolean stream:boolean", store.PushAsync);
        Administrate("/api/create", HttpMethods.Post, "Makes a model.", "model! from files:object adapters:object draft_files:object template license:string|array system parameters:object messages:array renderer parser requires quantize quantization stream:boolean", store.CreateAsync);
        Administrate("/api/copy", HttpMethods.Post, "Gives a model a second name.", "source! destination!", store.CopyAsync);
        Administrate("/api/delete", HttpMethods.Delete, "Deletes a model.", "model!", store.DeleteAsync);
        Administrate(blob, HttpMethods.Head, "Tells whether a blob is there.", body: null, blobs.FindAsync);
        Administrate(blob, HttpMethods.Post, "Keeps a blob.", body: null, blobs.AddAsync);

        routes.NotOffered("/api/me", "accounts");
        routes.NotOffered("/api/signout", "accounts");
        routes.NotOffered(HttpMethods.Delete, "/api/user/keys/{key}", "accounts");
        routes.NotOffered(HttpMethods.Get, "/api/experimental/model-recommendations", "recommendations of models");
        routes.NotOffered("/api/experimental/web_search", "searches of the web");
        routes.NotOffered("/api/experimental/web_fetch", "pages of the web");

        void Read(string path, string summary, RequestDelegate handler) => routes.Map(path, s_read, new RouteDescription(protocol, summary), handler);

        void Administrate(string path, string method, string summary, string? body, RequestDelegate handler) =>
            routes.Map(path, [method], new RouteDescription(protocol, summary) { Body = body, Answers = s_answers }, Administration.Guard(handler, options));
    }

    // `source` says what has switched the cloud off.
    private static Task WriteStatusAsync(HttpContext context) => JsonResponse.WriteAsync(context, static json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("cloud");
        json.WriteBoolean("disabled", true);
        json.WriteString("source", "config");
        json.WriteEndObject();
        json.WriteEndObject();
    });

    // What Ollama has not got is for our own command line: whether it can leave its work with models to this server.
    private static Task WriteVersionAsync(HttpContext context, bool hasStore) => JsonResponse.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("version", CompatibleVersion);
        json.WriteString("engine", "localinference");
        json.WriteBoolean("store", hasStore);
        json.WriteString("engine_version", typeof(OllamaApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
        json.WriteEndObject();
    });
}
