using System.Net;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;

namespace LocalInference.Server.Tests.Ollama;

public sealed class ModelTests
{
    [Fact]
    public async Task The_root_says_what_clients_look_for()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        Assert.Equal("Ollama is running", (await server.GetAsync("/")).Body);
        using var head = new HttpRequestMessage(HttpMethod.Head, server.Address);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.SendAsync(head)).StatusCode);
        JsonElement version = (await server.GetAsync("/api/version")).Json;
        Assert.Equal("localinference", version.GetProperty("engine").GetString());
        Assert.Equal("""{"cloud":{"disabled":true,"source":"config"}}""", (await server.GetAsync("/api/status")).Body);
        Assert.True(Version.Parse(version.GetProperty("version").GetString()!) >= new Version(0, 6, 4));
    }

    [Fact]
    public async Task Tags_lists_models_the_newest_first()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        JsonElement models = (await server.GetAsync("/api/tags")).Json.GetProperty("models");

        Assert.Equal(["chat", "plain", "thinker:latest"], models.EnumerateArray().Select(static model => model.GetProperty("name").GetString()), StringComparer.Ordinal);
        JsonElement chat = models[0];
        Assert.Equal("chat", chat.GetProperty("model").GetString());
        Assert.Equal(1234, chat.GetProperty("size").GetInt64());
        Assert.Equal("2026-01-02T03:04:05Z", chat.GetProperty("modified_at").GetString());
        Assert.Matches("^[0-9a-f]{64}$", chat.GetProperty("digest").GetString());
        Assert.NotEqual(chat.GetProperty("digest").GetString(), models[1].GetProperty("digest").GetString(), StringComparer.Ordinal);
        JsonElement details = chat.GetProperty("details");
        Assert.Equal(
            ("gguf", "llama", "8.0B", "Q4_K_M"),
            (details.GetProperty("format").GetString(), details.GetProperty("family").GetString(), details.GetProperty("parameter_size").GetString(), details.GetProperty("quantization_level").GetString()));
        Assert.Equal(["completion", "tools"], chat.GetProperty("capabilities").EnumerateArray().Select(static word => word.GetString()), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Ps_lists_what_is_loaded()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());
        Assert.Empty((await server.GetAsync("/api/ps")).Json.GetProperty("models").EnumerateArray());
        await server.PostAsync("/api/generate", """{"model":"chat"}""");

        JsonElement model = Assert.Single((await server.GetAsync("/api/ps")).Json.GetProperty("models").EnumerateArray());

        Assert.Equal(("chat", 99, 9, 512), (model.GetProperty("name").GetString(), model.GetProperty("size").GetInt64(), model.GetProperty("size_vram").GetInt64(), model.GetProperty("context_length").GetInt32()));
        Assert.True(model.GetProperty("expires_at").GetDateTime() > DateTime.UtcNow.AddYears(100));
    }

    [Fact]
    public async Task Show_tells_all()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        JsonElement model = (await server.PostAsync("/api/show", """{"name":"thinker"}""")).Json;

        Assert.Equal("Be brief.", model.GetProperty("system").GetString());
        Assert.Equal("temperature                    0.5", model.GetProperty("parameters").GetString());
        Assert.Equal("FROM thinker:latest\nSYSTEM Be brief.\nPARAMETER temperature 0.5\n", model.GetProperty("modelfile").GetString());
        JsonElement info = model.GetProperty("model_info");
        Assert.Equal(("llama", 4096), (info.GetProperty("general.architecture").GetString(), info.GetProperty("llama.context_length").GetInt32()));
        Assert.Contains("thinking", model.GetProperty("capabilities").EnumerateArray().Select(static word => word.GetString()), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Show_lists_the_tensors()
    {
        var models = new FakeModels(FakeModels.Chat with { Tensors = [new TensorDescription("token_embd.weight", "Q4_K", [64, 512]), new TensorDescription("output_norm.weight", "F32", [64])] }, FakeModels.Plain);
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(), models);

        Assert.Equal(
            """[{"name":"token_embd.weight","type":"Q4_K","shape":[64,512]},{"name":"output_norm.weight","type":"F32","shape":[64]}]""",
            (await server.PostAsync("/api/show", """{"model":"chat"}""")).Json.GetProperty("tensors").GetRawText());
        Assert.Equal("[]", (await server.PostAsync("/api/show", """{"model":"plain"}""")).Json.GetProperty("tensors").GetRawText());
    }

    [Theory]
    [InlineData("GitHubCopilotChat/0.31.5", "thinker")]
    [InlineData("curl/8.5.0", "Base")]
    public async Task Copilot_finds_the_name_that_it_asked_for(string agent, string expected)
    {
        var models = new FakeModels(FakeModels.Thinker with
        {
            Metadata = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["general.basename"] = JsonElement.Parse("\"Base\"") },
        });
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(), models);
        server.Client.DefaultRequestHeaders.UserAgent.ParseAdd(agent);

        JsonElement model = (await server.PostAsync("/api/show", """{"model":"thinker"}""")).Json;

        Assert.Equal(expected, model.GetProperty("model_info").GetProperty("general.basename").GetString());
    }
}
