using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.TestModels;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Ollama;

/// <summary>Models are made, shown, copied and removed, in a real store.</summary>
public sealed class StoreTests : IAsyncLifetime, IDisposable
{
    private readonly PlayedStore _store = new();
    private readonly byte[] _model;
    private readonly string _digest;
    private LoopbackServer _server = null!;

    public StoreTests()
    {
        string folder = Directory.CreateTempSubdirectory("localinference-server-model-").FullName;
        _model = File.ReadAllBytes(TestModel.WriteTo(folder, TestModelSpec.Qwen2 with { Name = "tiny-qwen2-stored" }));
        _digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(_model))}";
        Directory.Delete(folder, recursive: true);
    }

    public async Task InitializeAsync() => _server = await LoopbackServer.StartAsync(services => services.AddSingleton<IModelStore>(_store).AddSingleton<IModelCatalog>(_store.Catalog).AddSingleton<IModelLifetime>(_store.Catalog));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_model_comes_and_goes()
    {
        Assert.Equal(HttpStatusCode.NotFound, await HeadAsync(_digest));
        Assert.Equal(HttpStatusCode.Created, await AddAsync(_digest));
        Assert.Equal(HttpStatusCode.OK, await AddAsync(_digest));
        Assert.Equal(HttpStatusCode.OK, await HeadAsync(_digest));

        WireAnswer created = await _server.PostAsync(
            "/api/create",
            $$"""
            {"model":"mine","files":{"m.gguf":"{{_digest}}"},"system":"Be brief.","template":"{{"{{"}} .Prompt {{"}}"}}","license":["L1","L2"],
            "parameters":{"temperature":0.5,"stop":["a\"b","c"]},"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Ho"}]}
            """);
        Assert.Equal("success", created.Lines[^1].GetProperty("status").GetString());

        JsonElement listed = Assert.Single((await _server.GetAsync("/api/tags")).Json.GetProperty("models").EnumerateArray());
        StoredModel stored = _store.Find("mine")!;
        Assert.Equal(("mine:latest", stored.Digest, stored.SizeInBytes), (listed.GetProperty("name").GetString(), listed.GetProperty("digest").GetString(), listed.GetProperty("size").GetInt64()));
        Assert.Equal("qwen2", listed.GetProperty("details").GetProperty("family").GetString());

        JsonElement shown = (await _server.PostAsync("/api/show", """{"model":"Mine"}""")).Json;
        Assert.Equal(("L1\nL2", "Be brief.", "{{ .Prompt }}"), (shown.GetProperty("license").GetString(), shown.GetProperty("system").GetString(), shown.GetProperty("template").GetString()));
        Assert.Equal("stop                           \"a\\\"b\"\nstop                           \"c\"\ntemperature                    0.5", shown.GetProperty("parameters").GetString());
        Assert.Contains("PARAMETER temperature 0.5", shown.GetProperty("modelfile").GetString(), StringComparison.Ordinal);
        Assert.Equal(["user", "assistant"], shown.GetProperty("messages").EnumerateArray().Select(static message => message.GetProperty("role").GetString()), StringComparer.Ordinal);
        JsonElement info = shown.GetProperty("model_info");
        Assert.Equal((4, "gpt2"), (info.GetProperty("qwen2.attention.head_count").GetInt32(), info.GetProperty("tokenizer.ggml.model").GetString()));

        Assert.Equal(HttpStatusCode.OK, (await _server.PostAsync("/api/copy", """{"source":"mine","destination":"other:1"}""")).Status);
        Assert.Equal((HttpStatusCode.OK, ""), await DeleteAsync("mine"));
        Assert.Equal("other:1", Assert.Single((await _server.GetAsync("/api/tags")).Json.GetProperty("models").EnumerateArray()).GetProperty("name").GetString());

        WireAnswer derived = await _server.PostAsync("/api/create", """{"model":"derived","from":"other:1","system":"","stream":false}""");
        Assert.Equal("""{"status":"success"}""", derived.Body);
        Assert.Equal("", (await _server.PostAsync("/api/show", """{"model":"derived"}""")).Json.GetProperty("system").GetString());
    }

    [Fact]
    public async Task A_model_that_is_removed_leaves_the_memory_with_its_last_use()
    {
        await AddAsync(_digest);
        await _server.PostAsync("/api/create", $$"""{"model":"mine","files":{"m.gguf":"{{_digest}}"},"stream":false}""");
        HostedModel use = await _store.Catalog.AcquireAsync("mine", Timeout.InfiniteTimeSpan, contextLength: null);

        Assert.Equal((HttpStatusCode.OK, ""), await DeleteAsync("Mine"));

        Assert.Equal("mine:latest", Assert.Single(_store.Catalog.GetLoadedModels()).Name);
        use.Dispose();
        Assert.Empty(_store.Catalog.GetLoadedModels());
    }

    [Theory]
    [InlineData("quantize")]
    [InlineData("quantization")]
    public async Task A_model_is_made_smaller_where_asked(string field)
    {
        await AddAsync(_digest);

        WireAnswer created = await _server.PostAsync("/api/create", $$"""{"model":"small","files":{"m.gguf":"{{_digest}}"},"{{field}}":"q8_0"}""");

        Assert.Contains("quantizing F32 model to Q8_0", created.Lines.Select(static line => line.GetProperty("status").GetString()), StringComparer.Ordinal);
        Assert.Equal("success", created.Lines[^1].GetProperty("status").GetString());
        Assert.Equal("Q8_0", (await _server.PostAsync("/api/show", """{"model":"small"}""")).Json.GetProperty("details").GetProperty("quantization_level").GetString());
    }

    [Fact]
    public async Task Files_of_transformers_and_of_peft_become_a_model_with_its_adapter()
    {
        string files = await SendAsync(SavedModel.Files());
        string adapters = await SendAsync(SavedModel.Adapter());

        WireAnswer created = await _server.PostAsync("/api/create", $$"""{"model":"sent","files":{{files}},"adapters":{{adapters}},"quantize":"q8_0"}""");

        Assert.Equal("success", created.Lines[^1].GetProperty("status").GetString());
        string?[] statuses = [.. created.Lines.Select(static line => line.GetProperty("status").GetString())];
        Assert.Contains("converting model", statuses, StringComparer.Ordinal);
        Assert.Contains("converting adapter", statuses, StringComparer.Ordinal);
        JsonElement shown = (await _server.PostAsync("/api/show", """{"model":"sent"}""")).Json;
        Assert.Equal(("llama", "Q8_0"), (shown.GetProperty("details").GetProperty("family").GetString(), shown.GetProperty("details").GetProperty("quantization_level").GetString()));
        Assert.Contains("\nADAPTER ", shown.GetProperty("modelfile").GetString(), StringComparison.Ordinal);

        WireAnswer derived = await _server.PostAsync("/api/create", $$"""{"model":"derived","from":"sent","adapters":{{adapters}},"stream":false}""");
        Assert.Equal("""{"status":"success"}""", derived.Body);
    }

    [Theory]
    [InlineData("config.json", "'files' cannot be converted: there is no config.json in it")]
    [InlineData("tokenizer.json", "there is no tokenizer.model, tokenizer.json or vocab.txt beside it")]
    public async Task Files_that_are_not_all_of_a_model_are_refused(string missing, string error)
    {
        Dictionary<string, byte[]> saved = SavedModel.Files();
        saved.Remove(missing);
        string files = await SendAsync(saved);

        WireAnswer refused = await _server.PostAsync("/api/create", $$"""{"model":"x","files":{{files}},"stream":false}""");
        WireAnswer streamed = await _server.PostAsync("/api/create", $$"""{"model":"x","files":{{files}}}""");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (refused.Status, streamed.Status));
        Assert.Contains(error, refused.Error, StringComparison.Ordinal);
        Assert.Equal(refused.Error, streamed.Error);
        Assert.Empty(_store.List());
    }

    [Theory]
    [InlineData("../model.safetensors", "file path must be relative")]
    [InlineData("a//model.safetensors", "BlobFolders: 'a//model.safetensors' is no name of a file in 'files'.*")]
    public async Task Files_whose_names_lead_elsewhere_are_refused(string name, string error)
    {
        WireAnswer refused = await _server.PostAsync("/api/create", $$"""{"model":"x","files":{"{{name}}":"{{_digest}}"},"stream":false}""");

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Matches($"^{error}", refused.Error);
    }

    [Theory]
    [InlineData("/api/pull", "{}", 400, "invalid model name")]
    [InlineData("/api/create", "{}", 400, "invalid model name")]
    [InlineData("/api/push", "{}", 400, "model is required")]
    [InlineData("/api/create", """{"model":"../x","from":"y"}""", 400, "invalid model name")]
    [InlineData("/api/create", """{"model":"x"}""", 400, "neither 'from' or 'files' was specified")]
    [InlineData("/api/create", """{"model":"x","files":{}}""", 400, "neither 'from' or 'files' was specified")]
    [InlineData("/api/create", """{"model":"x","files":{"a":"sha256:1"}}""", 400, "invalid digest format")]
    [InlineData("/api/create", """{"model":"x","files":{"/a":"sha256:1"}}""", 400, "file path must be relative")]
    [InlineData("/api/create", """{"model":"x","files":{"../a":"sha256:1"}}""", 400, "file path must be relative")]
    [InlineData("/api/create", """{"model":"x","from":"/etc/passwd"}""", 404, "model '/etc/passwd' not found")]
    [InlineData("/api/create", """{"model":"x","from":"y","template":"{{ if }}"}""", 400, "template error: *")]
    [InlineData("/api/create", """{"model":"x","from":"y","parameters":{"temprature":1}}""", 400, "Line 2 of the Modelfile: there is no parameter 'temprature'*")]
    [InlineData("/api/create", """{"model":"x","from":"y","parameters":{"stop":{}}}""", 400, "parameters.stop must be*")]
    [InlineData("/api/create", """{"model":"x","from":"y","messages":[{"role":"ghost"}]}""", 400, "Line 2 of the Modelfile: a message cannot be of 'ghost'*")]
    [InlineData("/api/create", """{"model":"x","from":"y","quantize":"q9"}""", 400, "Quantization: is no type that there is*")]
    [InlineData("/api/create", """{"model":"x","remote_host":"y"}""", 501, "This server does not offer models on other servers.")]
    [InlineData("/api/copy", """{"source":"nobody","destination":"x"}""", 404, "model \"nobody\" not found")]
    [InlineData("/api/copy", """{"source":"../x","destination":"x"}""", 400, "source \"../x\" is invalid")]
    [InlineData("/api/copy", """{"source":"x","destination":"../x"}""", 400, "destination \"../x\" is invalid")]
    public async Task What_cannot_be_is_refused_with_Ollamas_words(string path, string body, int status, string error)
    {
        WireAnswer answer = await _server.PostAsync(path, body);

        Assert.Equal((HttpStatusCode)status, answer.Status);
        Assert.Matches($"^{System.Text.RegularExpressions.Regex.Escape(error).Replace("\\*", ".*", StringComparison.Ordinal)}$", answer.Error);
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_removed()
    {
        Assert.Equal((HttpStatusCode.NotFound, """{"error":"model 'nobody' not found"}"""), await DeleteAsync("nobody"));
        Assert.Equal(HttpStatusCode.BadRequest, (await DeleteAsync("../x")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await DeleteAsync("")).Status);
    }

    [Fact]
    public async Task A_blob_is_what_its_digest_says()
    {
        string other = $"sha256:{new string('0', 64)}";

        Assert.Equal(HttpStatusCode.BadRequest, await AddAsync(other));
        Assert.Equal(HttpStatusCode.BadRequest, await AddAsync("sha256:1"));
        Assert.Equal(HttpStatusCode.BadRequest, await HeadAsync("sha256:1"));
        Assert.Equal(HttpStatusCode.NotFound, await HeadAsync(other));
    }

    [Fact]
    public async Task What_is_no_model_is_refused()
    {
        byte[] text = "no model"u8.ToArray();
        string digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(text))}";
        using var content = new ByteArrayContent(text);
        await _server.Client.PostAsync(new Uri($"/api/blobs/{digest}", UriKind.Relative), content);

        WireAnswer answer = await _server.PostAsync("/api/create", $$"""{"model":"x","files":{"a":"{{digest}}"},"stream":false}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.Forbidden)]
    [InlineData(true, HttpStatusCode.NotFound)]
    public async Task Who_comes_from_elsewhere_changes_nothing(bool isAllowed, HttpStatusCode status)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            services => services.AddSingleton<IModelStore>(_store),
            static app => app.Use(static (context, next) =>
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse("192.168.1.2");
                return next(context);
            }),
            new LocalInferenceServerOptions { AllowRemoteAdministration = isAllowed });

        Assert.Equal(status, (await server.PostAsync("/api/copy", """{"source":"nobody","destination":"x"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/tags")).Status);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.5")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Forwarded", "for=203.0.113.5")]
    [InlineData("X-Real-IP", "203.0.113.5")]
    [InlineData("Via", "1.1 proxy")]
    public async Task Who_comes_through_a_proxy_of_this_machine_changes_nothing(string header, string value)
    {
        _server.Client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);

        Assert.Equal(HttpStatusCode.Forbidden, (await _server.PostAsync("/api/copy", """{"source":"nobody","destination":"x"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync("/api/tags")).Status);
    }

    private Task<HttpStatusCode> AddAsync(string digest) => AddAsync(digest, _model);

    private async Task<HttpStatusCode> AddAsync(string digest, byte[] blob)
    {
        using var content = new ByteArrayContent(blob);
        return (await _server.Client.PostAsync(new Uri($"/api/blobs/{digest}", UriKind.Relative), content)).StatusCode;
    }

    // The files as blobs, and their digests by their names.
    private async Task<string> SendAsync(Dictionary<string, byte[]> files)
    {
        Dictionary<string, string> digests = new(StringComparer.Ordinal);
        foreach ((string name, byte[] content) in files)
        {
            digests[name] = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
            Assert.Equal(HttpStatusCode.Created, await AddAsync(digests[name], content));
        }

        return JsonSerializer.Serialize(digests);
    }

    private async Task<HttpStatusCode> HeadAsync(string digest)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/api/blobs/{digest}");
        return (await _server.Client.SendAsync(request)).StatusCode;
    }

    private async Task<(HttpStatusCode Status, string Body)> DeleteAsync(string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/delete") { Content = new StringContent($$"""{"model":"{{name}}"}""") };
        HttpResponseMessage response = await _server.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
