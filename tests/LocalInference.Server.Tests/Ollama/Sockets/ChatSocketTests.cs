using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Ollama.Sockets;

public sealed class ChatSocketTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_chat_is_answered_by_the_objects_of_the_route()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("One two")));
        using ChatClientSocket client = await ChatClientSocket.OpenAsync(server);

        await client.SendAsync(Chat("a\"ä"));
        IReadOnlyList<JsonElement> named = await client.ReceiveUntilDoneAsync();
        await client.SendAsync("""{"model":"chat","messages":[{"role":"user","content":"x"}]}""");
        IReadOnlyList<JsonElement> unnamed = await client.ReceiveUntilDoneAsync();
        await client.SendAsync("""{"model":"chat","stream":false,"messages":[{"role":"user","content":"x"}]}""");
        IReadOnlyList<JsonElement> whole = await client.ReceiveUntilDoneAsync();

        Assert.All(named, static message => Assert.Equal("a\"ä", message.GetProperty("id").GetString()));
        Assert.Equal("One two", Content(named));
        Assert.Equal(("stop", "chat"), (named[^1].GetProperty("done_reason").GetString(), named[^1].GetProperty("model").GetString()));
        Assert.All(unnamed, static message => Assert.False(message.TryGetProperty("id", out _)));
        Assert.Equal("One two", Content(unnamed));
        Assert.Equal("One two", Content([Assert.Single(whole)]));
    }

    [Fact]
    public async Task Several_chats_run_at_once_and_each_can_be_cancelled()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator((request, _) =>
            Last(request) == "wait" ? ScriptedAnswer.Say("x").ThenWait(TimeSpan.FromMinutes(5)).ThenSay("never") : ScriptedAnswer.Say("now")));
        using ChatClientSocket client = await ChatClientSocket.OpenAsync(server);

        await client.SendAsync(Chat("slow", "wait"));
        Assert.Equal("slow", (await client.ReceiveAsync())!.Value.GetProperty("id").GetString());
        await client.SendAsync(Chat("quick", "go"));
        IReadOnlyList<JsonElement> quick = await client.ReceiveUntilDoneAsync();
        await client.SendAsync("""{"cancel":"nobody"}""");
        await client.SendAsync("""{"cancel":"slow"}""");
        JsonElement ended = Assert.Single(await client.ReceiveUntilDoneAsync());

        Assert.All(quick, static message => Assert.Equal("quick", message.GetProperty("id").GetString()));
        Assert.Equal("""{"id":"slow","done":true,"done_reason":"cancel"}""", ended.GetRawText());

        // The id is free as soon as its end is read.
        for (int i = 0; i < 20; i++)
        {
            await client.SendAsync(Chat("slow", "go"));
            Assert.Equal("now", Content(await client.ReceiveUntilDoneAsync()));
        }
    }

    [Fact]
    public async Task Mistakes_are_told_and_the_socket_stays_open()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator((request, _) =>
            Last(request) == "wait" ? ScriptedAnswer.Say("x").ThenWait(TimeSpan.FromMinutes(5)) : ScriptedAnswer.Say("x").ThenFail(new InvalidOperationException("secret"))));
        using ChatClientSocket client = await ChatClientSocket.OpenAsync(server);
        await client.SendAsync(Chat("held", "wait"));
        await client.ReceiveAsync();

        Assert.Equal((400, null), await AskAsync("{"));
        Assert.Equal((400, null), await AskAsync("[]"));
        Assert.Equal((400, null), await AskAsync(""));
        Assert.Equal((400, null), await AskAsync("""{"id":7,"model":"chat","messages":[]}"""));
        Assert.Equal((400, null), await AskAsync($$"""{"id":"{{new string('x', 129)}}"}"""));
        Assert.Equal((400, null), await AskAsync(Chat("held", "go")));
        Assert.Equal((404, "b"), await AskAsync("""{"id":"b","model":"nobody","messages":[{"role":"user","content":"x"}]}"""));
        Assert.Equal((400, "c"), await AskAsync("""{"id":"c","model":"chat","messages":3}"""));

        // What fails behind the first object is told as in the stream of the route.
        await client.SendAsync(Chat("d", "fail"));
        IReadOnlyList<JsonElement> failed = await client.ReceiveUntilDoneAsync();
        Assert.Equal(("x", "error"), (Content(failed.Take(1)), failed[^1].GetProperty("done_reason").GetString()));
        Assert.DoesNotContain("secret", failed[^1].GetRawText(), StringComparison.Ordinal);

        async Task<(int Status, string? Id)> AskAsync(string message)
        {
            await client.SendAsync(message);
            JsonElement answer = (await client.ReceiveAsync())!.Value;
            Assert.NotEmpty(answer.GetProperty("error").GetString()!);
            return (answer.GetProperty("status").GetInt32(), answer.TryGetProperty("id", out JsonElement id) ? id.GetString() : null);
        }
    }

    [Theory]
    [InlineData(WebSocketMessageType.Binary, 10, WebSocketCloseStatus.InvalidMessageType)]
    [InlineData(WebSocketMessageType.Text, 100_000, WebSocketCloseStatus.MessageTooBig)]
    public async Task What_is_no_text_or_too_long_closes_the_socket(WebSocketMessageType type, int bytes, WebSocketCloseStatus status)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(), options: new LocalInferenceServerOptions { MaxRequestBytes = 50_000 });
        using ChatClientSocket client = await ChatClientSocket.OpenAsync(server);

        await client.Socket.SendAsync(new byte[bytes].Select(static _ => (byte)' ').ToArray(), type, endOfMessage: true, CancellationToken.None);

        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(status, client.Socket.CloseStatus);
    }

    [Fact]
    public async Task Who_leaves_leaves_nothing_running()
    {
        var generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("x").ThenWait(TimeSpan.FromMinutes(5)));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);
        foreach (bool isPolite in new[] { true, false })
        {
            using ChatClientSocket client = await ChatClientSocket.OpenAsync(server);
            int before = generator.CancelledAnswers;
            await client.SendAsync(Chat("a"));
            await client.SendAsync(Chat("b"));
            await client.ReceiveAsync();
            await client.ReceiveAsync();

            if (isPolite)
            {
                await client.Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(s_patience);
            }
            else
            {
                client.Socket.Abort();
            }

            using var limit = new CancellationTokenSource(s_patience);
            while (generator.CancelledAnswers < before + 2)
            {
                await Task.Delay(10, limit.Token);
            }
        }
    }

    [Fact]
    public async Task A_reader_that_is_behind_holds_up_who_makes_the_answer()
    {
        const int Pieces = 2000, Letters = 10_000;
        int taken = 0;
        ScriptedAnswer answer = Enumerable.Range(0, Pieces).Aggregate(ScriptedAnswer.Empty, static (whole, _) => whole.Then(new TextDelta(new string('x', Letters))));
        await using LoopbackServer server = await LoopbackServer.StartAsync(services => services.AddSingleton<ITextGenerator>(
            new CountingGenerator(new ScriptedTextGenerator((_, _) => answer), () => Interlocked.Increment(ref taken))));
        using ChatClientSocket client = await ChatClientSocket.OpenAsync(server);

        await client.SendAsync(Chat("a"));
        using var limit = new CancellationTokenSource(s_patience);

        // Until nothing more is taken, but not before the server has begun at all.
        int seen;
        do
        {
            seen = Volatile.Read(ref taken);
            await Task.Delay(300, limit.Token);
        }
        while (seen == 0 || seen != Volatile.Read(ref taken));

        Assert.InRange(seen, 1, Pieces / 2);
        Assert.Equal(Pieces * Letters, Content(await client.ReceiveUntilDoneAsync()).Length);
    }

    [Fact]
    public async Task A_server_that_ends_lets_chats_end_and_closes()
    {
        var release = new TaskCompletionSource();
        await using LoopbackServer server = await LoopbackServer.StartAsync(services => services.AddSingleton<ITextGenerator>(new HeldGenerator(release.Task)));
        using ChatClientSocket client = await ChatClientSocket.OpenAsync(server);
        using ChatClientSocket idle = await ChatClientSocket.OpenAsync(server);
        await client.SendAsync("""{"id":"a","model":"held","messages":[{"role":"user","content":"x"}]}""");
        await client.SendAsync("{");
        await client.ReceiveAsync();

        Task stopping = server.StopAsync();
        Assert.Null(await idle.ReceiveAsync());
        await idle.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

        // The other socket is told at the same time, but not by the same thread. A chat whose id is taken begins on neither side of that.
        int status;
        do
        {
            await client.SendAsync(Chat("a"));
            status = (await client.ReceiveAsync())!.Value.GetProperty("status").GetInt32();
        }
        while (status == 400);

        await client.SendAsync(Chat("b"));
        JsonElement refused = (await client.ReceiveAsync())!.Value;
        release.SetResult();
        JsonElement said = (await client.ReceiveAsync())!.Value;
        Assert.Null(await client.ReceiveAsync());
        await client.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await stopping.WaitAsync(s_patience);

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, idle.Socket.CloseStatus);
        Assert.Equal(503, refused.GetProperty("status").GetInt32());
        Assert.Equal("x", Content([said]));
    }

    [Fact]
    public async Task Each_chat_counts_for_its_key_and_an_idle_socket_does_not()
    {
        string key = ApiKey.Create();
        var generator = new ScriptedTextGenerator((request, _) => Last(request) == "wait" ? ScriptedAnswer.Say("x").ThenWait(TimeSpan.FromMinutes(5)) : ScriptedAnswer.Say("now"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            services => services.AddSingleton<ITextGenerator>(generator),
            app => app.UseApiKeys(new ApiKeyOptions { Keys = [new ApiKey { Name = "anna", Hash = ApiKey.HashOf(key), MaxConcurrentRequests = 1 }] }));

        await Assert.ThrowsAsync<WebSocketException>(() => ChatClientSocket.OpenAsync(server));
        using ChatClientSocket client = await ChatClientSocket.OpenAsync(server, Authorize);
        using ChatClientSocket other = await ChatClientSocket.OpenAsync(server, Authorize);
        await client.SendAsync(Chat("a", "wait"));
        await client.ReceiveAsync();
        await other.SendAsync(Chat("b", "go"));
        JsonElement refused = Assert.Single(await other.ReceiveUntilDoneAsync());
        await client.SendAsync("""{"cancel":"a"}""");
        await client.ReceiveUntilDoneAsync();
        await other.SendAsync(Chat("b", "go"));
        IReadOnlyList<JsonElement> answered = await other.ReceiveUntilDoneAsync();

        Assert.Equal(("b", 429), (refused.GetProperty("id").GetString(), refused.GetProperty("status").GetInt32()));
        Assert.Equal("now", Content(answered));
        Assert.All(generator.Requests, static request => Assert.Equal("anna", request.Caller));

        void Authorize(ClientWebSocketOptions options) => options.SetRequestHeader("Authorization", $"Bearer {key}");
    }

    [Fact]
    public async Task Other_sites_pages_and_plain_requests_get_no_socket()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            static services => services.AddSingleton<ITextGenerator>(new ScriptedTextGenerator()),
            static app => app.UseRequestOriginCheck(new RequestOriginOptions()));

        await Assert.ThrowsAsync<WebSocketException>(() => ChatClientSocket.OpenAsync(server, static options => options.SetRequestHeader("Origin", "https://evil.example")));
        await Assert.ThrowsAsync<WebSocketException>(() => ChatClientSocket.OpenAsync(server, static options => options.SetRequestHeader("Host", "evil.example")));
        using ChatClientSocket allowed = await ChatClientSocket.OpenAsync(server, static options => options.SetRequestHeader("Origin", "http://localhost:3000"));
        WireAnswer plain = await server.GetAsync("/api/ws");

        Assert.Equal(WebSocketState.Open, allowed.Socket.State);
        Assert.Equal(HttpStatusCode.BadRequest, plain.Status);
        Assert.Contains("WebSocket", plain.Error, StringComparison.Ordinal);
    }

    private static string Chat(string id, string content = "x") =>
        Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(new { id, model = "chat", messages = new[] { new { role = "user", content } } }));

    private static string Content(IEnumerable<JsonElement> messages) => string.Concat(messages.Select(static message => message.GetProperty("message").GetProperty("content").GetString()));

    private static string Last(GenerationRequest request) => ((ChatInput)request.Input).Messages[^1].Text;
}
