using System.Net;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.LlamaServer;

/// <summary>llama-server's routes that generate nothing.</summary>
public sealed class OtherRoutesTests
{
    [Theory]
    [InlineData("/tokenize", """{"model":"chat","content":"ab"}""", """{"tokens":[97,98]}""")]
    [InlineData("/tokenize", """{"model":"chat","content":["a",5,"b"],"add_special":true}""", """{"tokens":[1,97,5,98]}""")]
    [InlineData("/tokenize", """{"model":"chat","content":"a","with_pieces":true}""", """{"tokens":[{"id":97,"piece":"a"}]}""")]
    [InlineData("/tokenize", """{"model":"chat","content":["a",200],"with_pieces":true}""", """{"tokens":[{"id":97,"piece":"a"},{"id":200,"piece":[200]}]}""")]
    [InlineData("/tokenize", """{"model":"chat"}""", """{"tokens":[]}""")]
    [InlineData("/detokenize", """{"model":"chat","tokens":[97,98]}""", """{"content":"ab"}""")]
    [InlineData("/apply-template", """{"model":"chat","messages":[{"role":"user","content":"x"}]}""", """{"prompt":"<x>"}""")]
    [InlineData("/v1/chat/completions/input_tokens", """{"model":"chat","messages":[{"role":"user","content":"xy"}]}""", """{"object":"response.input_tokens","input_tokens":4}""")]
    [InlineData("/chat/completions/input_tokens", """{"model":"chat","messages":[{"role":"user","content":"x"}]}""", """{"object":"response.input_tokens","input_tokens":3}""")]
    [InlineData("/rerank", """{"model":"chat","query":"q","documents":["a","bb"],"top_n":1}""", """{"model":"chat","object":"list","usage":{"prompt_tokens":7,"total_tokens":7},"results":[{"index":1,"relevance_score":2}],"score":"cosine"}""")]
    [InlineData("/v1/reranking", """{"model":"chat","query":"q","texts":["a","bb"],"return_text":true}""", """[{"index":1,"score":2,"text":"bb"},{"index":0,"score":1,"text":"a"}]""")]
    public async Task A_question_has_its_answer(string path, string body, string expected)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        Assert.Equal((HttpStatusCode.OK, expected), ((await server.PostAsync(path, body)).Status, (await server.PostAsync(path, body)).Body));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Either_interface_ranks(bool hasOpenAI, bool hasLlamaServer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddSingleton<IReranker>(new FakeReranker());
        await using WebApplication app = builder.Build();
        if (hasOpenAI)
        {
            app.MapOpenAIApi();
        }

        if (hasLlamaServer)
        {
            app.MapLlamaServerApi();
        }

        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        foreach (string path in new[] { "/v1/rerank", "/v1/reranking" })
        {
            using var content = new StringContent("""{"model":"chat","query":"q","documents":["a","bb"],"top_n":1}""");

            WireAnswer answer = await WireAnswer.ReadAsync(await client.PostAsync(new Uri(path, UriKind.Relative), content));

            Assert.Equal((HttpStatusCode.OK, 1), (answer.Status, answer.Json.GetProperty("results")[0].GetProperty("index").GetInt32()));
        }
    }

    [Theory]
    [InlineData("content")]
    [InlineData("input")]
    public async Task Vectors_stand_in_arrays(string field)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        JsonElement answer = (await server.PostAsync("/embedding", $$"""{"model":"chat","{{field}}":["a b","c"]}""")).Json;

        Assert.Equal([0, 1], answer.EnumerateArray().Select(static one => one.GetProperty("index").GetInt32()));
        Assert.Equal(8, Assert.Single(answer[0].GetProperty("embedding").EnumerateArray()).GetArrayLength());
        Assert.Equal(HttpStatusCode.BadRequest, (await server.PostAsync("/embedding", """{"model":"chat","input":"a","embd_normalize":1}""")).Status);
    }

    [Fact]
    public async Task The_only_model_needs_no_name()
    {
        var models = new FakeModels(FakeModels.Chat);
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(), models);
        await using LoopbackServer several = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        Assert.Equal("""{"tokens":[97]}""", (await server.PostAsync("/tokenize", """{"content":"a"}""")).Body);
        Assert.Equal(HttpStatusCode.BadRequest, (await several.PostAsync("/tokenize", """{"content":"a"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.PostAsync("/tokenize", """{"model":"nobody","content":"a"}""")).Status);
    }

    [Fact]
    public async Task The_state_is_told()
    {
        var models = new FakeModels(FakeModels.Chat with
        {
            Template = new PromptTemplate("T", PromptTemplateLanguage.Jinja),
            Metadata = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["tokenizer.ggml.bos_token_id"] = JsonElement.Parse("65") },
        });
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(), models);

        JsonElement asleep = (await server.GetAsync("/props")).Json;
        Assert.Equal("[]", (await server.GetAsync("/slots")).Body);
        await models.LoadAsync("chat");
        JsonElement awake = (await server.GetAsync("/props?model=chat")).Json;

        Assert.Equal("""{"status":"ok"}""", (await server.GetAsync("/health")).Body);
        Assert.Equal((true, "", 4096), (asleep.GetProperty("is_sleeping").GetBoolean(), asleep.GetProperty("bos_token").GetString(), asleep.GetProperty("default_generation_settings").GetProperty("n_ctx").GetInt32()));
        Assert.Equal((false, "A", "", 512), (awake.GetProperty("is_sleeping").GetBoolean(), awake.GetProperty("bos_token").GetString(), awake.GetProperty("eos_token").GetString(), awake.GetProperty("default_generation_settings").GetProperty("n_ctx").GetInt32()));
        Assert.Equal(("chat", "Q4_K_M", "T", 1), (awake.GetProperty("model_alias").GetString(), awake.GetProperty("model_ftype").GetString(), awake.GetProperty("chat_template").GetString(), awake.GetProperty("total_slots").GetInt32()));
        Assert.Equal(0.5f, awake.GetProperty("default_generation_settings").GetProperty("params").GetProperty("temperature").GetSingle());
        Assert.Equal("""[{"id":0,"model":"chat","n_ctx":512,"speculative":false,"is_processing":false}]""", (await server.GetAsync("/slots?fail_on_no_slot=1")).Body);
        Assert.Equal("[]", (await server.GetAsync("/lora-adapters")).Body);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.PostAsync("/lora-adapters", "[]")).Status);
    }

    [Fact]
    public async Task A_model_without_a_place_for_more_has_no_slot()
    {
        var status = new BusyModels();
        await using LoopbackServer server = await LoopbackServer.StartAsync(services => services.AddSingleton<IRuntimeStatus>(status));

        WireAnswer full = await server.GetAsync("/slots?fail_on_no_slot=1");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable_error"), (full.Status, full.Json.GetProperty("error").GetProperty("type").GetString()));
        Assert.Equal([true, true], (await server.GetAsync("/slots")).Json.EnumerateArray().Select(static slot => slot.GetProperty("is_processing").GetBoolean()));
    }

    private sealed class BusyModels : IRuntimeStatus
    {
        public IReadOnlyList<LoadedModel> GetLoadedModels() => [new LoadedModel { Name = "busy", RunningRequests = 2, WaitingRequests = 1 }];
    }
}
