using System.Text.Json;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.AspNetCore.Routing;

namespace LocalInference.Server.Tests.OpenApi;

public sealed class OpenApiDocumentTests
{
    [Fact]
    public async Task The_document_has_the_mapped_routes_and_no_others()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        JsonElement document = (await server.GetAsync("/openapi.json")).Json;

        IEnumerable<string> described = document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}"));
        IEnumerable<string> mapped = server.Routes.SelectMany(static route => route.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Select(method =>
            $"{method.ToLowerInvariant()} /{route.RoutePattern.RawText!.TrimStart('/').Replace("{*", "{", StringComparison.Ordinal)}"));
        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public async Task An_operation_tells_what_it_reads_and_answers()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        JsonElement document = (await server.GetAsync("/openapi.json")).Json;
        JsonElement[] operations = [.. document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Select(static method => method.Value))];

        Assert.Equal("3.1.0", document.GetProperty("openapi").GetString());
        Assert.Equal(operations.Length, operations.Select(static operation => operation.GetProperty("operationId").GetString()).Distinct(StringComparer.Ordinal).Count());
        Assert.All(operations, static operation => Assert.NotEmpty(operation.GetProperty("summary").GetString()!));
        JsonElement schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.Equal(["Ollama", "OpenAI", "Anthropic", "LlamaServer", "Operation"], operations.Select(static operation => operation.GetProperty("tags")[0].GetString()).Distinct(StringComparer.Ordinal).OrderBy(static tag => Array.IndexOf(s_tags, tag)), StringComparer.Ordinal);
        Assert.All(operations.Where(static operation => operation.GetProperty("responses").GetProperty("default").TryGetProperty("content", out _)), operation =>
            Assert.True(schemas.TryGetProperty(operation.GetProperty("responses").GetProperty("default").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString()!["#/components/schemas/".Length..], out _)));

        JsonElement chat = document.GetProperty("paths").GetProperty("/v1/chat/completions").GetProperty("post");
        JsonElement body = chat.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        Assert.Equal("""["messages"]""", body.GetProperty("required").GetRawText());
        Assert.Equal("""{"type":["string","array"]}""", body.GetProperty("properties").GetProperty("stop").GetRawText());
        Assert.True(chat.GetProperty("responses").GetProperty("200").GetProperty("content").TryGetProperty("text/event-stream", out _));
        JsonElement response = document.GetProperty("paths").GetProperty("/v1/responses/{id}").GetProperty("get");
        Assert.Equal("id", Assert.Single(response.GetProperty("parameters").EnumerateArray()).GetProperty("name").GetString());
    }

    private static readonly string[] s_tags = ["Ollama", "OpenAI", "Anthropic", "LlamaServer", "Operation"];
}
