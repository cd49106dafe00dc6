using System.Net;
using System.Security.Cryptography;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.TestModels;
using LocalInference.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Ollama;

/// <summary>
/// Ollama's own table of errors (v0.33.0-rc2, server/routes.go), row by row, as it holds here: what the caller did wrong is a 4xx also
/// where Ollama answers 500, and what needs an account or a cloud is not offered.
/// </summary>
public sealed class ErrorTableTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private const string User = """ "messages":[{"role":"user","content":"x"}] """;

    public static TheoryData<string, string, string, int, string> Rows => new()
    {
        { "an empty body", "/api/generate", "", 400, "missing request body" },
        { "malformed JSON", "/api/chat", "{", 400, "invalid JSON*" },
        { "a field of the wrong type", "/api/chat", """{"model":5}""", 400, "model must be a text" },
        { "no model: generate", "/api/generate", "{}", 404, "model '' not found" },
        { "no model: embed", "/api/embed", "{}", 404, "model '' not found" },
        { "no model: chat", "/api/chat", "{}", 400, "model is required" },
        { "no model: embeddings", "/api/embeddings", "{}", 400, "model is required" },
        { "no model: show", "/api/show", "{}", 400, "model is required" },
        { "no model: push", "/api/push", "{}", 400, "model is required" },
        { "no model: delete", "DELETE /api/delete", "{}", 400, "model is required" },
        { "no model: pull", "/api/pull", "{}", 400, "invalid model name" },
        { "no model: create", "/api/create", "{}", 400, "invalid model name" },
        { "a malformed name: create", "/api/create", """{"model":"../x","from":"y"}""", 400, "invalid model name" },
        { "a malformed name: pull", "/api/pull", """{"model":"../x"}""", 400, "invalid model name" },
        { "a malformed name: push", "/api/push", """{"model":"../x"}""", 400, "invalid model name" },
        { "a malformed name: show", "/api/show", """{"model":"../x"}""", 400, "invalid model name" },
        { "a malformed name: chat", "/api/chat", $$$"""{"model":"../x",{{{User}}}}""", 400, "invalid model name" },
        { "a malformed name: generate", "/api/generate", """{"model":"../x","prompt":"x"}""", 400, "invalid model name" },
        { "a malformed name: delete", "DELETE /api/delete", """{"model":"../x"}""", 400, "invalid model name" },
        { "local and cloud at once: chat", "/api/chat", $$$"""{"model":"x:local:cloud",{{{User}}}}""", 400, "use either :local or :cloud, not both" },
        { "local and cloud at once: generate", "/api/generate", """{"model":"x:8b:CLOUD:local","prompt":"x"}""", 400, "use either :local or :cloud, not both" },
        { "local and cloud at once: show", "/api/show", """{"model":"x:cloud:local"}""", 400, "use either :local or :cloud, not both" },
        { "local and cloud at once: pull", "/api/pull", """{"model":"x:cloud:local"}""", 400, "use either :local or :cloud, not both" },
        { "a name with one of them", "/api/show", """{"model":"x:local"}""", 404, "model 'x:local' not found" },
        { "an unknown model: generate", "/api/generate", """{"model":"nobody","prompt":"x"}""", 404, "model 'nobody' not found" },
        { "an unknown model: chat", "/api/chat", $$$"""{"model":"nobody",{{{User}}}}""", 404, "model 'nobody' not found" },
        { "an unknown model: show", "/api/show", """{"model":"nobody"}""", 404, "model 'nobody' not found" },
        { "an unknown model: delete", "DELETE /api/delete", """{"model":"nobody"}""", 404, "model 'nobody' not found" },
        { "an unknown model: embed", "/api/embed", """{"model":"nobody","input":"x"}""", 404, "model \"nobody\" not found, try pulling it first" },
        { "an unknown model: embeddings", "/api/embeddings", """{"model":"nobody","prompt":"x"}""", 404, "model \"nobody\" not found, try pulling it first" },
        { "an unknown source: copy", "/api/copy", """{"source":"nobody","destination":"y"}""", 404, "model \"nobody\" not found" },
        { "pictures for a model that sees none", "/api/chat", """{"model":"chat","messages":[{"role":"user","content":"x","images":["aGk="]}]}""", 400, "\"chat\" does not support vision*" },
        { "thoughts of a model that has none", "/api/chat", $$"""{"model":"chat",{{User}},"think":true}""", 400, "\"chat\" does not support thinking" },
        { "a think value that is none", "/api/chat", $$$"""{"model":"thinker","think":"much",{{{User}}}}""", 400, "invalid think value: it must be true, false, \"low\", \"medium\", \"high\" or \"max\"" },
        { "too many probabilities", "/api/generate", """{"model":"chat","prompt":"x","top_logprobs":21}""", 400, "top_logprobs must be between 0 and 20" },
        { "fewer than no probabilities", "/api/chat", $$$"""{"model":"chat","top_logprobs":-1,{{{User}}}}""", 400, "top_logprobs must be between 0 and 20" },
        { "raw with a template", "/api/generate", """{"model":"chat","prompt":"x","raw":true,"template":"y"}""", 400, "raw mode does not support template, system, or context" },
        { "raw with a system message", "/api/generate", """{"model":"chat","prompt":"x","raw":true,"system":"y"}""", 400, "raw mode does not support template, system, or context" },
        { "raw with a context", "/api/generate", """{"model":"chat","prompt":"x","raw":true,"context":[1]}""", 400, "raw mode does not support template, system, or context" },
        { "an option of the wrong type (500 there)", "/api/chat", $$$"""{"model":"chat",{{{User}}},"options":{"num_ctx":"4k"}}""", 400, "option \"num_ctx\" must be of type integer" },
        { "a stop that is no array (500 there)", "/api/chat", $$$"""{"model":"chat",{{{User}}},"options":{"stop":"x"}}""", 400, "option \"stop\" must be of type array of strings" },
        { "a format that is none (500 there)", "/api/generate", """{"model":"chat","prompt":"x","format":"yaml"}""", 400, "invalid format: expected \"json\" or a JSON schema" },
        { "a time without a unit", "/api/generate", """{"model":"chat","prompt":"x","keep_alive":"300"}""", 400, "time: missing unit in duration \"300\"" },
        { "a time of another type", "/api/generate", """{"model":"chat","prompt":"x","keep_alive":true}""", 400, "Unsupported type*" },
        { "a model that no registry has (500 there)", "/api/pull", """{"model":"nobody","stream":false}""", 404, "pull model manifest: file does not exist" },
        { "create from nothing", "/api/create", """{"model":"x"}""", 400, "neither 'from' or 'files' was specified" },
        { "create: a digest that is none", "/api/create", """{"model":"x","files":{"a":"sha256:1"}}""", 400, "invalid digest format" },
        { "create: a path that leads out", "/api/create", """{"model":"x","files":{"/a":"sha256:1"}}""", 400, "file path must be relative" },
        { "copy: a source that is no name", "/api/copy", """{"source":"../x","destination":"y"}""", 400, "source \"../x\" is invalid" },
        { "an account", "/api/me", "", 501, "This server does not offer accounts." },
        { "an account's key", "DELETE /api/user/keys/abc", "", 501, "This server does not offer accounts." },
        { "recommendations", "GET /api/experimental/model-recommendations", "", 501, "This server does not offer recommendations of models." },
        { "the web", "/api/experimental/web_search", "", 501, "This server does not offer searches of the web." },
    };

    public static TheoryData<string, Exception, string, string, int, string> Failures => new()
    {
        { "no completion: generate", ScriptedFailure.Generation("model_cannot_generate", "x"), "/api/generate", """{"model":"chat","prompt":"x"}""", 400, "\"chat\" does not support generate" },
        { "no completion: chat", ScriptedFailure.Generation("model_cannot_generate", "x"), "/api/chat", $$$"""{"model":"chat",{{{User}}}}""", 400, "\"chat\" does not support chat" },
        { "no middle", ScriptedFailure.Generation("infill_unsupported", "x"), "/api/generate", """{"model":"chat","prompt":"x","suffix":"y"}""", 400, "\"chat\" does not support insert" },
        { "a template that fails (500 there)", ScriptedFailure.Generation("template_invalid", "No template"), "/api/generate", """{"model":"chat","prompt":"x","template":"{{"}""", 400, "No template*" },
        { "a queue that is full", ScriptedFailure.Busy(TimeSpan.FromSeconds(3)), "/api/chat", $$$"""{"model":"chat",{{{User}}}}""", 503, "server busy, please try again.  maximum pending requests exceeded" },
        { "a model that breaks", ScriptedFailure.Generation("logits_invalid", "It broke"), "/api/chat", $$$"""{"model":"chat",{{{User}}}}""", 500, "It broke*" },
        { "a prompt that is too long", ScriptedFailure.ContextLength(9, 8), "/api/chat", $$"""{"model":"chat",{{User}},"truncate":false}""", 400, "the prompt is longer than the context length currently available to the model; *" },
        { "a text that is too long to embed", ScriptedFailure.ContextLength(9, 8), "/api/embed", """{"model":"chat","input":"x","truncate":false}""", 400, "the input length exceeds the context length*" },
        { "an embedding that is no number", ScriptedFailure.Generation("embedding_not_finite", "No number"), "/api/embed", """{"model":"chat","input":"x"}""", 400, "No number*" },
        { "one embedding that is no number", ScriptedFailure.Generation("embedding_not_finite", "No number"), "/api/embeddings", """{"model":"chat","prompt":"x"}""", 500, "No number*" },
        { "another failure of an embedding", ScriptedFailure.Generation("embeddings_unsupported", "No vectors"), "/api/embed", """{"model":"chat","input":"x"}""", 400, "No vectors*" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_row_holds(string row, string path, string body, int status, string error)
    {
        using var store = new PlayedStore { Transfer = static (name, _, _, _) => throw ScriptedFailure.ModelNotFound(name) };
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator(), new ScriptedEmbedder(8), store);

        AssertIs(row, status, error, path.Split(' ') is [var method, var place] ? await SendAsync(server, method, place, body) : await server.PostAsync(path, body));
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_row_of_the_engine_holds(string row, Exception failure, string path, string body, int status, string error)
    {
        using var store = new PlayedStore();
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Fail(failure)), new FailingEmbedder(failure), store);

        AssertIs(row, status, error, await server.PostAsync(path, body));
    }

    [Theory]
    [InlineData("m.gguf", "supplied file was not in GGUF format")]
    [InlineData("m.bin", "unknown type: *")]
    public async Task A_model_is_not_made_of_what_is_none(string file, string error)
    {
        byte[] text = "no model"u8.ToArray();
        string digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(text))}";
        using var store = new PlayedStore();
        await store.AddBlobAsync(digest, new MemoryStream(text));
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator(), new ScriptedEmbedder(8), store);

        AssertIs("create: no model", 400, error, await server.PostAsync("/api/create", $$"""{"model":"x","files":{"{{file}}":"{{digest}}"} }"""));
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_is_the_servers_fault()
    {
        string folder = Directory.CreateTempSubdirectory("localinference-server-loads-").FullName;
        try
        {
            string damaged = Path.Combine(folder, "damaged.gguf");
            await File.WriteAllTextAsync(damaged, "no model");
            AssertIs("load: failure", 500, "*", await LoadAsync(damaged));
            AssertIs("load: too big", 500, "*", await LoadAsync(TestModel.WriteTo(folder, TestModelSpec.Qwen2 with { Name = "tiny-qwen2-loads" })));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        // Loads the model within a byte of memory.
        static async Task<WireAnswer> LoadAsync(string path)
        {
            await using var host = new ModelHost(new OneModel(path), new ModelHostOptions { MemoryBudgetBytes = 1, MemoryTimeout = TimeSpan.Zero });
            await using LoopbackServer server = await LoopbackServer.StartAsync(services => services.AddSingleton<ITextGenerator>(new ScriptedTextGenerator()).AddSingleton<IModelLifetime>(host));
            return await server.PostAsync("/api/chat", """{"model":"m","messages":[]}""");
        }
    }

    [Fact]
    public async Task Who_has_left_is_a_499_of_which_nothing_is_written()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<(int Status, bool HasStarted)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = new HeldGenerator(new TaskCompletionSource().Task);
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            services => services.AddSingleton<ITextGenerator>(new CountingGenerator(held, () => begun.TrySetResult())),
            app => app.Use(async (context, next) =>
            {
                await next(context);
                ended.TrySetResult((context.Response.StatusCode, context.Response.HasStarted));
            }));
        using var leaving = new CancellationTokenSource();
        using var body = new StringContent("""{"model":"held","prompt":"x","stream":false}""");
        Task<HttpResponseMessage> asking = server.Client.PostAsync(new Uri("/api/generate", UriKind.Relative), body, leaving.Token);
        await begun.Task.WaitAsync(s_patience);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal((499, false), await ended.Task.WaitAsync(s_patience));
    }

    [Fact]
    public async Task An_unknown_option_is_passed_over()
    {
        using var store = new PlayedStore();
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("x")), new ScriptedEmbedder(8), store);

        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/chat", $$$"""{"model":"chat",{{{User}}},"options":{"temprature":"hot"}}""")).Status);
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Origin", "https://evil.example")]
    public async Task Another_sites_page_is_refused_without_a_word(string header, string value)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => { }, static app => app.UseRequestOriginCheck(new RequestOriginOptions()));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version");
        request.Headers.TryAddWithoutValidation(header, value);

        using HttpResponseMessage answer = await server.Client.SendAsync(request);

        Assert.Equal((HttpStatusCode.Forbidden, ""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    private static void AssertIs(string row, int status, string error, WireAnswer answer)
    {
        Assert.True((int)answer.Status == status, $"{row}: {answer.Status} {answer.Body}");
        Assert.Equal("application/json; charset=utf-8", answer.ContentType);
        Assert.Equal("error", Assert.Single(answer.Json.EnumerateObject()).Name);
        Assert.True(error.EndsWith('*') ? answer.Error!.StartsWith(error[..^1], StringComparison.Ordinal) : answer.Error == error, $"{row}: {answer.Error}");
    }

    private static async Task<WireAnswer> SendAsync(LoopbackServer server, string method, string path, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(body) };
        return await WireAnswer.ReadAsync(await server.Client.SendAsync(request));
    }

    private static Task<LoopbackServer> StartAsync(ITextGenerator generator, IEmbedder embedder, PlayedStore store)
    {
        var models = new FakeModels(FakeModels.Chat, FakeModels.Thinker);
        return LoopbackServer.StartAsync(services => services
            .AddSingleton(generator)
            .AddSingleton(embedder)
            .AddSingleton<IModelCatalog>(models)
            .AddSingleton<IModelStore>(store));
    }

    private sealed class OneModel(string path) : IModelResolver
    {
        private readonly ModelLocation _model = new("m", path);

        public ValueTask<ModelLocation?> FindAsync(string name, CancellationToken cancellationToken) => new(name == _model.Name ? _model : null);

        public ValueTask<IReadOnlyList<ModelLocation>> ListAsync(CancellationToken cancellationToken) => new([_model]);
    }

    private sealed class FailingEmbedder(Exception failure) : IEmbedder
    {
        public EmbedderMetadata Metadata { get; } = new() { ProviderName = "failing" };

        public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default) => throw failure;
    }
}
