using System.Net;
using System.Text.Json;
using LocalInference.Server.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.EndToEnd;

/// <summary>The whole way, from a socket to llama.cpp and back, with tiny models of random weights whose answers grammars force.</summary>
public sealed class ModelServerTests(ModelFixture models) : IClassFixture<ModelFixture>
{
    private const string Schema = """{"type":"object","properties":{"city":{"enum":["Paris","Oslo"]}},"required":["city"],"additionalProperties":false}""";

    [Fact]
    public async Task Ollamas_routes_answer_from_a_model()
    {
        await using LoopbackServer server = await StartAsync();

        WireAnswer chat = await server.PostAsync("/api/chat", $$"""{"model":"chat:latest","messages":[{"role":"user","content":"Where?"}],"format":{{Schema}},"options":{"temperature":0,"num_predict":60,"num_ctx":100000} }""");
        WireAnswer raw = await server.PostAsync("/api/generate", """{"model":"CHAT","prompt":"the cat","raw":true,"stream":false,"options":{"num_predict":5,"temperature":0},"logprobs":true,"top_logprobs":2}""");
        WireAnswer turn = await server.PostAsync("/api/generate", """{"model":"chat","prompt":"Hi","stream":false,"options":{"num_predict":5}}""");
        string context = turn.Json.GetProperty("context").GetRawText();
        WireAnswer next = await server.PostAsync("/api/generate", $$"""{"model":"chat","prompt":"Go on","context":{{context}},"stream":false,"options":{"num_predict":5} }""");

        Assert.Equal(HttpStatusCode.OK, chat.Status);
        string text = string.Concat(chat.Lines.Select(static line => line.GetProperty("message").GetProperty("content").GetString()));
        Assert.Contains(JsonElement.Parse(text).GetProperty("city").GetString(), (string[])["Paris", "Oslo"], StringComparer.Ordinal);
        Assert.Equal(5, raw.Json.GetProperty("eval_count").GetInt32());
        Assert.Equal(5, raw.Json.GetProperty("logprobs").GetArrayLength());
        Assert.True(next.Json.GetProperty("prompt_eval_count").GetInt32() > turn.Json.GetProperty("context").GetArrayLength());
        Assert.Equal(["chat"], (await server.GetAsync("/api/ps")).Json.GetProperty("models").EnumerateArray().Select(static model => model.GetProperty("name").GetString()), StringComparer.Ordinal);
        Assert.Equal("unload", (await server.PostAsync("/api/chat", """{"model":"chat","keep_alive":0,"stream":false}""")).Json.GetProperty("done_reason").GetString());
        Assert.Empty((await server.GetAsync("/api/ps")).Json.GetProperty("models").EnumerateArray());
    }

    [Fact]
    public async Task Thoughts_behind_a_context_stay_apart()
    {
        // As JSON has it: the line breaks are the template's.
        const string Template = """{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n<think>\n""";
        const string Options = """{"num_predict":20,"temperature":0,"ignore_eos":true}""";
        await using LoopbackServer server = await StartAsync();

        JsonElement turn = (await server.PostAsync("/api/generate", $$"""{"model":"chat","prompt":"Hi","template":"{{Template}}","options":{{Options}},"stream":false}""")).Json;
        string context = turn.GetProperty("context").GetRawText();
        JsonElement next = (await server.PostAsync("/api/generate", $$"""{"model":"chat","prompt":"Go on","template":"{{Template}}","context":{{context}},"options":{{Options}},"stream":false}""")).Json;

        Assert.All((JsonElement[])[turn, next], static answer => Assert.Equal("", answer.GetProperty("response").GetString()));
        Assert.All((JsonElement[])[turn, next], static answer => Assert.NotEmpty(answer.GetProperty("thinking").GetString()!));
        int[] before = Tokens(turn);
        int[] after = Tokens(next);
        Assert.Equal(before, after[..before.Length]);
        Assert.Equal(next.GetProperty("prompt_eval_count").GetInt32() + 20, after.Length);
        Assert.True(after.Length > before.Length + 20);

        static int[] Tokens(JsonElement answer) => [.. answer.GetProperty("context").EnumerateArray().Select(static token => token.GetInt32())];
    }

    [Fact]
    public async Task OpenAIs_routes_answer_from_a_model()
    {
        await using LoopbackServer server = await StartAsync();
        string tool = $$$"""{"type":"function","function":{"name":"where","strict":true,"parameters":{{{Schema}}}}}""";

        JsonElement called = (await server.PostAsync("/v1/chat/completions", $$"""{"model":"chat","messages":[{"role":"user","content":"Where?"}],"tools":[{{tool}}],"tool_choice":"required","parallel_tool_calls":false,"temperature":0,"max_tokens":400}""")).Json;
        WireAnswer several = await server.PostAsync("/v1/chat/completions", """{"model":"chat","messages":[{"role":"user","content":"Hi"}],"n":3,"stream":true,"max_tokens":6}""");

        JsonElement choice = called.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        JsonElement function = Assert.Single(choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray()).GetProperty("function");
        Assert.Equal("where", function.GetProperty("name").GetString());
        Assert.Contains(JsonElement.Parse(function.GetProperty("arguments").GetString()!).GetProperty("city").GetString(), (string[])["Paris", "Oslo"], StringComparer.Ordinal);
        Assert.Equal("[DONE]", several.Events[^1]);
        Assert.Equal(3, several.Events.SkipLast(1).Count(static data => JsonElement.Parse(data).GetProperty("choices")[0].GetProperty("finish_reason").ValueKind == JsonValueKind.String));
    }

    [Fact]
    public async Task Tokens_go_there_and_back_and_show_tells_of_the_file()
    {
        await using LoopbackServer server = await StartAsync();

        string tokens = (await server.PostAsync("/api/tokenize", """{"model":"chat","content":"the cat","add_special":false}""")).Json.GetProperty("tokens").GetRawText();
        JsonElement shown = (await server.PostAsync("/api/show", """{"model":"chat"}""")).Json;

        Assert.Equal("the cat", (await server.PostAsync("/api/detokenize", $$"""{"model":"chat","tokens":{{tokens}}}""")).Json.GetProperty("content").GetString()!.Trim());
        Assert.Equal("qwen2", shown.GetProperty("model_info").GetProperty("general.architecture").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await server.PostAsync("/api/chat", """{"model":"chat","think":true,"messages":[{"role":"user","content":"x"}]}""")).Status);
    }

    private Task<LoopbackServer> StartAsync() => LoopbackServer.StartAsync(services => services.AddLocalInference().AddModel("chat", models.Chat));
}
