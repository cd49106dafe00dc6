using System.Net;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Operation;

/// <summary>A server that is told to stop.</summary>
public sealed class DrainTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

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

    private static Task<LoopbackServer> StartAsync(Task release, TimeSpan drainTimeout) => LoopbackServer.StartAsync(
        services => services.AddSingleton<ITextGenerator>(new HeldGenerator(release)),
        options: new LocalInferenceServerOptions { DrainTimeout = drainTimeout });

    // The stream's first event comes as soon as the request is taken.
    private static async Task<HttpResponseMessage> BeginAsync(LoopbackServer server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent("""{"model":"held","stream":true,"messages":[{"role":"user","content":"x"}]}"""),
        };
        return await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<(HttpStatusCode Status, string Body)> ReadyAsync(LoopbackServer server)
    {
        WireAnswer answer = await server.GetAsync("/readyz");
        return (answer.Status, answer.Body);
    }
}
