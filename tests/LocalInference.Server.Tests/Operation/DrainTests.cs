using System.Net;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Operation;

/// <summary>A server that is told to stop.</summary>
public sealed class DrainTests
{
    private const string Question = """{"model":"held","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"x"}]}""";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Requests for something other than text, and for models to be loaded.</summary>
    public static TheoryData<string, string> Others => new()
    {
        { "/api/embed", """{"model":"held","input":"x"}""" },
        { "/v1/embeddings", """{"model":"held","input":"x"}""" },
        { "/embedding", """{"model":"held","content":"x"}""" },
        { "/api/rerank", """{"model":"held","query":"q","documents":["d"]}""" },
        { "/v1/rerank", """{"model":"held","query":"q","documents":["d"]}""" },
        { "/api/chat", """{"model":"held"}""" },
        { "/api/embed", """{"model":"held","input":[]}""" },
    };

    [Fact]
    public async Task Running_answers_end_and_new_requests_are_sent_elsewhere()
    {
        var release = new TaskCompletionSource();
        await using LoopbackServer server = await StartAsync(release.Task, s_patience);
        using HttpResponseMessage running = await BeginAsync(server);
        Assert.Equal((HttpStatusCode.OK, "ok"), await ReadyAsync(server));

        Task stopping = server.StopAsync();
        (HttpStatusCode Status, string Body) ready;
        using var limit = new CancellationTokenSource(s_patience);
        while ((ready = await ReadyAsync(server)).Status == HttpStatusCode.OK)
        {
            await Task.Delay(10, limit.Token);
        }

        WireAnswer ollama = await server.PostAsync("/api/generate", """{"model":"held","prompt":"x"}""");
        WireAnswer openAI = await server.PostAsync("/v1/chat/completions", "{}");
        WireAnswer anthropic = await server.PostAsync("/v1/messages", "{}");
        WireAnswer llamaServer = await server.GetAsync("/health");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stopping"), ready);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/healthz")).Status);
        Assert.All((WireAnswer[])[ollama, openAI, anthropic, llamaServer], static answer =>
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(5)), (answer.Status, answer.Message.Headers.RetryAfter?.Delta));
            Assert.True(answer.Message.Headers.ConnectionClose);
        });
        Assert.Equal("The server is shutting down.", ollama.Error);
        Assert.Equal(
            ["api_error", "overloaded_error", "unavailable_error"],
            new[] { openAI, anthropic, llamaServer }.Select(static answer => answer.Json.GetProperty("error").GetProperty("type").GetString()),
            StringComparer.Ordinal);
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        Assert.Contains("\"content\":\"x\"", await running.Content.ReadAsStringAsync().WaitAsync(s_patience), StringComparison.Ordinal);
        await stopping.WaitAsync(s_patience);
    }

    [Fact]
    public async Task An_idle_server_stops_at_once()
    {
        await using LoopbackServer server = await StartAsync(Task.CompletedTask, s_patience);

        await server.StopAsync().WaitAsync(s_patience / 2);

        await Assert.ThrowsAsync<HttpRequestException>(() => server.GetAsync("/healthz"));
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_not_waited_for()
    {
        await using LoopbackServer server = await StartAsync(new TaskCompletionSource().Task, TimeSpan.FromMilliseconds(50));
        using HttpResponseMessage running = await BeginAsync(server);

        // Then the web server itself has some seconds to close its connections.
        Task stopping = server.StopAsync();
        running.Dispose();

        await stopping.WaitAsync(s_patience);
    }

    [Theory]
    [InlineData("/api/chat", "\"error\":\"The server is shutting down.\",\"done\":true,\"done_reason\":\"error\"}\n")]
    [InlineData("/v1/chat/completions", "\"code\":\"stopping\"}}\n\ndata: [DONE]\n\n")]
    [InlineData("/v1/messages", "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")]
    public async Task An_answer_that_is_not_waited_for_any_longer_has_its_last_event(string path, string end)
    {
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("One").ThenWait(TimeSpan.FromMinutes(5)).ThenSay("Two")), TimeSpan.FromMilliseconds(50));
        using HttpResponseMessage running = await BeginAsync(server, path);
        using var reader = new StreamReader(await running.Content.ReadAsStreamAsync());

        // Anthropic's headers come before any text, which the server would have only those 50 ms for.
        string body = "";
        while (!body.Contains("One", StringComparison.Ordinal))
        {
            string? line = await reader.ReadLineAsync().WaitAsync(s_patience);
            Assert.NotNull(line);
            body += $"{line}\n";
        }

        Task stopping = server.StopAsync();
        body += await reader.ReadToEndAsync().WaitAsync(s_patience);
        await stopping.WaitAsync(s_patience);

        Assert.Equal(HttpStatusCode.OK, running.StatusCode);
        Assert.Contains("The server is shutting down.", body, StringComparison.Ordinal);
        Assert.EndsWith(end, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_has_not_begun_by_then_is_refused()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Empty.ThenWait(TimeSpan.FromMinutes(5)));
        await using LoopbackServer server = await StartAsync(generator, TimeSpan.FromMilliseconds(50));
        Task<WireAnswer> asking = server.PostAsync("/v1/chat/completions", Question.Replace("true", "false", StringComparison.Ordinal));
        using var limit = new CancellationTokenSource(s_patience);
        while (generator.Requests.Count == 0)
        {
            await Task.Delay(10, limit.Token);
        }

        Task stopping = server.StopAsync();
        WireAnswer answer = await asking.WaitAsync(s_patience);
        await stopping.WaitAsync(s_patience);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stopping"), (answer.Status, answer.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Message.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task What_is_no_text_is_waited_for_too(string path, string body)
    {
        var release = new TaskCompletionSource();
        var models = new HeldModels(release.Task);
        await using LoopbackServer server = await StartAsync(models, s_patience);
        Task<WireAnswer> asking = server.PostAsync(path, body);
        await models.Asked.WaitAsync(s_patience);

        Task stopping = server.StopAsync();
        using var limit = new CancellationTokenSource(s_patience);
        while ((await ReadyAsync(server)).Status == HttpStatusCode.OK)
        {
            await Task.Delay(10, limit.Token);
        }

        Assert.False(asking.IsCompleted || stopping.IsCompleted);
        release.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await asking.WaitAsync(s_patience)).Status);
        await stopping.WaitAsync(s_patience);
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task What_is_no_text_and_takes_too_long_is_told_so(string path, string body)
    {
        var models = new HeldModels(new TaskCompletionSource().Task);
        await using LoopbackServer server = await StartAsync(models, TimeSpan.FromMilliseconds(50));
        Task<WireAnswer> asking = server.PostAsync(path, body);
        await models.Asked.WaitAsync(s_patience);

        Task stopping = server.StopAsync();
        WireAnswer answer = await asking.WaitAsync(s_patience);
        await stopping.WaitAsync(s_patience);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(5)), (answer.Status, answer.Message.Headers.RetryAfter?.Delta));
        Assert.Contains("The server is shutting down.", answer.Body, StringComparison.Ordinal);
    }

    private static Task<LoopbackServer> StartAsync(HeldModels models, TimeSpan drainTimeout) => LoopbackServer.StartAsync(
        services => services.AddSingleton<IEmbedder>(models).AddSingleton<IReranker>(models).AddSingleton<IModelLifetime>(models),
        options: new LocalInferenceServerOptions { DrainTimeout = drainTimeout });

    private static Task<LoopbackServer> StartAsync(Task release, TimeSpan drainTimeout) => StartAsync(new HeldGenerator(release), drainTimeout);

    private static Task<LoopbackServer> StartAsync(ITextGenerator generator, TimeSpan drainTimeout) => LoopbackServer.StartAsync(
        services => services.AddSingleton(generator),
        options: new LocalInferenceServerOptions { DrainTimeout = drainTimeout });

    // Its headers come with the stream's first event: OpenAI's as soon as the request is taken.
    private static async Task<HttpResponseMessage> BeginAsync(LoopbackServer server, string path = "/v1/chat/completions")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(Question) };
        return await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<(HttpStatusCode Status, string Body)> ReadyAsync(LoopbackServer server)
    {
        WireAnswer answer = await server.GetAsync("/readyz");
        return (answer.Status, answer.Body);
    }
}
