using System.Reflection;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Builder;
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

    private static readonly string[] s_read = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        var server = new ServerContext(endpoints, options, new OllamaProtocol());
        var models = new ModelRoutes(server);
        var embeddings = new EmbedRoutes(server);
        var tokens = new TokenRoutes(server);
        var store = new StoreRoutes(server);
        var blobs = new BlobRoutes(server);
        string blob = $"/api/blobs/{{{BlobRoutes.DigestParameter}}}";

        Map("/", s_read, static context =>
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync("Ollama is running", context.RequestAborted);
        });
        Map("/api/version", s_read, WriteVersionAsync);
        Map("/api/tags", s_read, models.TagsAsync);
        Map("/api/ps", [HttpMethods.Get], models.LoadedAsync);
        Post("/api/show", new ShowRoute(server).HandleAsync);
        Post("/api/generate", new GenerateRoute(server).HandleAsync);
        Post("/api/chat", new ChatRoute(server).HandleAsync);
        Post("/api/embed", embeddings.EmbedAsync);
        Post("/api/embeddings", embeddings.EmbedOneAsync);
        Post("/api/tokenize", tokens.TokenizeAsync);
        Post("/api/detokenize", tokens.DetokenizeAsync);
        Post("/api/rerank", new RerankRoute(server).HandleAsync);
        Administrate("/api/pull", HttpMethods.Post, store.PullAsync);
        Administrate("/api/push", HttpMethods.Post, store.PushAsync);
        Administrate("/api/create", HttpMethods.Post, store.CreateAsync);
        Administrate("/api/copy", HttpMethods.Post, store.CopyAsync);
        Administrate("/api/delete", HttpMethods.Delete, store.DeleteAsync);
        Administrate(blob, HttpMethods.Head, blobs.FindAsync);
        Administrate(blob, HttpMethods.Post, blobs.AddAsync);

        NotOffered("/api/me", "accounts");
        NotOffered("/api/signout", "accounts");
        NotOffered("/api/experimental/web_search", "searches of the web");
        NotOffered("/api/experimental/web_fetch", "pages of the web");

        void Administrate(string path, string method, RequestDelegate handler) => Map(path, [method], Administration.Guard(handler, options));

        void NotOffered(string path, string what) => Post(path, _ => throw RequestException.NotOffered(what));

        void Post(string path, RequestDelegate handler) => Map(path, [HttpMethods.Post], handler);

        void Map(string path, string[] methods, RequestDelegate handler) => endpoints.MapMethods(path, methods, server.Endpoint.Of(handler));
    }

    private static Task WriteVersionAsync(HttpContext context) => JsonResponse.WriteAsync(context, static json =>
    {
        json.WriteStartObject();
        json.WriteString("version", CompatibleVersion);
        json.WriteString("engine", "localinference");
        json.WriteString("engine_version", typeof(OllamaApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
        json.WriteEndObject();
    });
}
