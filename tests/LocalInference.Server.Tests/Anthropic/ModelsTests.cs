using System.Net;
using System.Text.Json;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;

namespace LocalInference.Server.Tests.Anthropic;

/// <summary>One route, two forms: Anthropic's for who says Anthropic's version.</summary>
public sealed class ModelsTests
{
    [Theory]
    [InlineData("", "chat,thinker:latest,plain", false)]
    [InlineData("?limit=2", "chat,thinker:latest", true)]
    [InlineData("?limit=2&after_id=thinker:latest", "plain", false)]
    [InlineData("?limit=1&before_id=plain", "thinker:latest", true)]
    public async Task Models_come_in_pages(string query, string names, bool hasMore)
    {
        await using LoopbackServer server = await StartAsync();

        JsonElement page = (await server.GetAsync($"/v1/models{query}")).Json;

        string[] expected = names.Split(',');
        Assert.Equal(expected, page.GetProperty("data").EnumerateArray().Select(static model => model.GetProperty("id").GetString()), StringComparer.Ordinal);
        Assert.Equal((hasMore, expected[0], expected[^1]), (page.GetProperty("has_more").GetBoolean(), page.GetProperty("first_id").GetString(), page.GetProperty("last_id").GetString()));
    }

    [Fact]
    public async Task A_model_is_found()
    {
        await using LoopbackServer server = await StartAsync();

        JsonElement model = (await server.GetAsync("/v1/models/chat")).Json;

        Assert.Equal(("model", "chat", "2026-01-02T03:04:05Z"), (model.GetProperty("type").GetString(), model.GetProperty("display_name").GetString(), model.GetProperty("created_at").GetString()));
    }

    [Theory]
    [InlineData("/v1/models?limit=0", HttpStatusCode.BadRequest, "invalid_request_error")]
    [InlineData("/v1/models?after_id=nobody", HttpStatusCode.BadRequest, "invalid_request_error")]
    [InlineData("/v1/models/nobody", HttpStatusCode.NotFound, "not_found_error")]
    public async Task Errors_have_Anthropics_form(string path, HttpStatusCode status, string type)
    {
        await using LoopbackServer server = await StartAsync();

        WireAnswer answer = await server.GetAsync(path);

        Assert.Equal((status, type), (answer.Status, answer.Json.GetProperty("error").GetProperty("type").GetString()));
        Assert.True(answer.Message.Headers.Contains("request-id"));
    }

    [Theory]
    [InlineData("/v1/models/openai/gpt-5")]
    [InlineData("/v1/models/openai%2Fgpt-5")]
    [InlineData("/v1/models/openai%2fgpt-5")]
    public async Task A_slash_within_a_name_may_be_escaped(string path)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(), new FakeModels(FakeModels.Chat with { Name = "openai/gpt-5" }));

        string? ofOpenAI = (await server.GetAsync(path)).Json.GetProperty("id").GetString();
        server.Client.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
        string? ofAnthropic = (await server.GetAsync(path)).Json.GetProperty("id").GetString();

        Assert.Equal(("openai/gpt-5", "openai/gpt-5"), (ofOpenAI, ofAnthropic));
    }

    [Fact]
    public async Task Others_get_OpenAIs_form()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        Assert.Equal("list", (await server.GetAsync("/v1/models")).Json.GetProperty("object").GetString());
        Assert.Equal("model", (await server.GetAsync("/v1/models/chat")).Json.GetProperty("object").GetString());
    }

    private static async Task<LoopbackServer> StartAsync()
    {
        LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());
        server.Client.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
        return server;
    }
}
