using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalInference.Server.Http;

/// <summary>Maps the routes of one protocol, each with its description.</summary>
internal sealed class RouteMap(IEndpointRouteBuilder endpoints, ServerContext server, WireProtocol protocol)
{
    private static readonly string[] s_json = ["application/json"];
    private static readonly string[] s_jsonOrLines = ["application/json", "application/x-ndjson"];
    private static readonly string[] s_jsonOrEvents = ["application/json", "text/event-stream"];

    /// <summary>The order of the routes: where it is not 0, routes of the application with the same path go first.</summary>
    public int Order { get; init; }

    public void Get(string path, string summary, RequestDelegate handler) => Map(path, [HttpMethods.Get], new RouteDescription(protocol, summary), handler);

    /// <summary>A route that reads an object and answers with one.</summary>
    public void Post(string path, string summary, string body, RequestDelegate handler) =>
        Map(path, [HttpMethods.Post], new RouteDescription(protocol, summary) { Body = body, Answers = s_json }, handler);

    /// <summary>A route that reads an object and answers with one, or with events.</summary>
    public void Stream(string path, string summary, string body, RequestDelegate handler) =>
        Map(path, [HttpMethods.Post], new RouteDescription(protocol, summary) { Body = body, Answers = s_jsonOrEvents }, handler);

    /// <summary>A route that reads an object and answers with one, or with lines of them.</summary>
    public void Lines(string path, string summary, string body, RequestDelegate handler) =>
        Map(path, [HttpMethods.Post], new RouteDescription(protocol, summary) { Body = body, Answers = s_jsonOrLines }, handler);

    /// <summary>A route of the protocol that this server has not got.</summary>
    public void NotOffered(string path, string what) => NotOffered(HttpMethods.Post, path, what);

    /// <inheritdoc cref="NotOffered(string, string)"/>
    public void NotOffered(string method, string path, string what) =>
        Map(path, [method], new RouteDescription(protocol, $"Not offered: {what}."), _ => throw RequestException.NotOffered(what));

    public void Map(string path, string[] methods, RouteDescription description, RequestDelegate handler) =>
        endpoints.MapMethods(path, methods, protocol.Complete(server.Endpoint.Of(handler))).WithMetadata(description).WithOrder(Order);
}
