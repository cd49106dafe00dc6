using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
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

    [Fact]
    public async Task Each_field_of_a_body_is_read_as_the_type_that_is_told()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("x")));
        JsonElement document = (await server.GetAsync("/openapi.json")).Json;
        List<string> unread = [];

        foreach ((string method, string path, JsonElement body) in Bodies(document))
        {
            foreach (JsonProperty field in body.GetProperty("properties").EnumerateObject())
            {
                if (!await IsReadAsync(server, method, path, field.Name, WrongFor(field.Value.GetProperty("type"))))
                {
                    unread.Add($"{method} {path}: {field.Name}");
                }
            }
        }

        Assert.Empty(unread);
    }

    // A field counts as read if a value that it cannot have is refused by its name. Some are read beside some others only.
    private static async Task<bool> IsReadAsync(LoopbackServer server, string method, string path, string field, JsonNode wrong)
    {
        string kind = s_kinds.Select(static known => known.Path).Where(start => path.StartsWith(start, StringComparison.Ordinal)).MaxBy(static start => start.Length)
            ?? throw new InvalidOperationException($"There is no body for {path}.");
        foreach ((_, string valid) in s_kinds.Where(known => known.Path == kind))
        {
            JsonObject body = JsonNode.Parse(valid)!.AsObject();
            body[field] = wrong.DeepClone();
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(body.ToJsonString()) };
            WireAnswer answer = await WireAnswer.ReadAsync(await server.Client.SendAsync(request));
            if (answer.Status == HttpStatusCode.BadRequest && answer.Body.Contains(field, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<(string Method, string Path, JsonElement Body)> Bodies(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from method in path.Value.EnumerateObject()
        where method.Value.TryGetProperty("requestBody", out _)
        select (method.Name.ToUpperInvariant(), path.Name, method.Value.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema"));

    private static JsonValue WrongFor(JsonElement types)
    {
        string[] names = types.ValueKind == JsonValueKind.Array ? [.. types.EnumerateArray().Select(static type => type.GetString()!)] : [types.GetString()!];
        return names.Contains("boolean", StringComparer.Ordinal) ? JsonValue.Create(1.5) : JsonValue.Create(true);
    }

    private const string Messages = """ "messages":[{"role":"user","content":"x"}] """;

    // Valid bodies by the beginnings of the paths that take them; the longest counts.
    private static readonly (string Path, string Body)[] s_kinds =
    [
        ("/api/show", """{"model":"chat"}"""),
        ("/api/generate", """{"model":"chat","prompt":"x"}"""),
        ("/api/chat", $$"""{"model":"chat",{{Messages}}}"""),
        ("/api/embed", """{"model":"chat","input":"x","prompt":"x"}"""),
        ("/api/tokenize", """{"model":"chat","content":"x"}"""),
        ("/api/detokenize", """{"model":"chat","tokens":[1]}"""),
        ("/api/rerank", """{"model":"chat","query":"x","documents":["x"]}"""),
        ("/api/pull", """{"model":"x"}"""),
        ("/api/push", """{"model":"x"}"""),
        ("/api/create", """{"model":"x","from":"y"}"""),
        ("/api/copy", """{"source":"x","destination":"y"}"""),
        ("/api/delete", """{"model":"x"}"""),
        ("/v1/chat/completions", $$"""{"model":"chat",{{Messages}}}"""),
        ("/chat/completions", $$"""{"model":"chat",{{Messages}}}"""),
        ("/v1/completions", """{"model":"chat","prompt":"x"}"""),
        ("/v1/embeddings", """{"model":"chat","input":"x"}"""),
        ("/v1/responses", """{"model":"chat","input":"x"}"""),
        ("/responses", """{"model":"chat","input":"x"}"""),
        ("/v1/messages", $$"""{"model":"chat","max_tokens":9,{{Messages}}}"""),
        ("/completion", """{"model":"chat","prompt":"x"}"""),
        ("/infill", """{"model":"chat","input_prefix":"x","input_suffix":"y"}"""),
        ("/apply-template", $$"""{"model":"chat",{{Messages}}}"""),
        ("/tokenize", """{"model":"chat","content":"x"}"""),
        ("/detokenize", """{"model":"chat","tokens":[1]}"""),
        ("/embedding", """{"model":"chat","content":"x"}"""),
        ("/rerank", """{"model":"chat","query":"x","documents":["x"]}"""),
        ("/rerank", """{"model":"chat","query":"x","texts":["x"]}"""),
        ("/v1/rerank", """{"model":"chat","query":"x","documents":["x"]}"""),
        ("/v1/rerank", """{"model":"chat","query":"x","texts":["x"]}"""),
    ];

    private static readonly string[] s_tags = ["Ollama", "OpenAI", "Anthropic", "LlamaServer", "Operation"];
}
