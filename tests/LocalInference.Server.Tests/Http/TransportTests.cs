using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LocalInference.Server.Http;
using LocalInference.Server.Ollama;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Endpoint = LocalInference.Server.Http.Endpoint;

namespace LocalInference.Server.Tests.Http;

public sealed class TransportTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("/api/chat", true)]
    [InlineData("/api/chat", false)]
    [InlineData("/v1/chat/completions", true)]
    [InlineData("/v1/chat/completions", false)]
    public async Task A_caller_that_leaves_ends_its_answer(string path, bool streams)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("One").ThenWait(TimeSpan.FromMinutes(5)).ThenSay("Two"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);
        using var leaving = new CancellationTokenSource();
        string body = $$"""{"model":"chat","stream":{{(streams ? "true" : "false")}},"messages":[{"role":"user","content":"x"}]}""";
        Task<HttpResponseMessage> sending = server.Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body), leaving.Token);
        await Until(() => generator.Requests.Count == 1);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await Until(() => generator.CancelledAnswers == 1);
    }

    [Fact]
    public async Task A_caller_that_has_left_before_the_request_knows_of_it_is_no_failure()
    {
        // The pipe says that nobody reads; RequestAborted has not fired.
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();
        HttpContext context = InnerRequest.Create("/api/chat", [], new PipeResponseBody(pipe.Writer), CancellationToken.None);
        var log = new CountingLogger();
        var endpoint = new Endpoint(new OllamaProtocol(), log);
        int told = 0;

        await endpoint.Of(async inner =>
        {
            await using var stream = new EventStream(inner, EventFraming.Lines);
            await endpoint.StreamAsync(inner, stream, SendAsync, _ => told++);

            async Task SendAsync()
            {
                stream.Begin().WriteNullValue();
                stream.End();
                await stream.FlushAsync();
            }
        })(context);

        Assert.Equal((0, 0, Endpoint.ClientClosedRequest), (told, log.Count, context.Response.StatusCode));
    }

    [Fact]
    public async Task The_first_piece_arrives_before_the_second_is_made()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("One").ThenWait(TimeSpan.FromMinutes(5)));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generate") { Content = new StringContent("""{"model":"chat","prompt":"x"}""") };
        using HttpResponseMessage response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Contains("\"response\":\"One\"", await reader.ReadLineAsync().WaitAsync(s_patience), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_is_ahead_waits_for_the_reader()
    {
        const int Pieces = 20_000;
        int made = 0;
        ScriptedAnswer answer = ScriptedAnswer.Say(string.Join(' ', Enumerable.Repeat(new string('x', 1000), Pieces)));
        var generator = new ScriptedTextGenerator(answer);
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<Abstractions.ITextGenerator>(services, new CountingGenerator(generator, () => Interlocked.Increment(ref made))));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generate") { Content = new StringContent("""{"model":"chat","prompt":"x"}""") };
        using HttpResponseMessage response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();

        // Nobody reads: the sockets fill up, and then nothing more is made.
        int before;
        do
        {
            before = Volatile.Read(ref made);
            await Task.Delay(500);
        }
        while (Volatile.Read(ref made) != before);

        Assert.InRange(before, 1, Pieces - 1);
        using var reader = new StreamReader(body);
        Assert.Contains("\"done\":true", (await reader.ReadToEndAsync()).Split('\n')[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(), options: new LocalInferenceServerOptions { MaxRequestBytes = 100 });
        string large = $$"""{"model":"chat","prompt":"{{new string('x', 200)}}"}""";

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await server.PostAsync("/api/generate", large)).Status);

        // Without a length, only reading shows it.
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent(large) };
        chunked.Headers.TransferEncodingChunked = true;
        WireAnswer answer = await WireAnswer.ReadAsync(await server.Client.SendAsync(chunked));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Equal("invalid_request_error", answer.Json.GetProperty("error").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/v1/chat/completions")]
    public async Task Rubbish_is_answered_in_the_right_form_and_the_server_goes_on(string path)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("x")));
        string[] valid = ["""{"model":"chat","messages":[{"role":"user","content":"Hi \u00e9"}],"options":{"top_k":1},"tools":[{"function":{"name":"f"}}],"stop":["a"]}"""];
        var random = new Random(7);
        string[] replacements = ["\"", "{", "}", "[", "]", ":", ",", "null", "1e999", "-1", "\\u", "\\ud800", "\0", "\u00ff", "true", new string('[', 300)];
        for (int i = 0; i < 500; i++)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(valid[0]);
            int place = random.Next(bytes.Length);
            byte[] damaged = [.. bytes[..place], .. Encoding.Latin1.GetBytes(replacements[random.Next(replacements.Length)]), .. bytes[Math.Min(bytes.Length, place + random.Next(12))..]];
            using var content = new ByteArrayContent(damaged);

            WireAnswer answer = await WireAnswer.ReadAsync(await server.Client.PostAsync(new Uri(path, UriKind.Relative), content));

            Assert.True((int)answer.Status is 200 or 400 or 404, $"{answer.Status}: {Encoding.Latin1.GetString(damaged)}");
            Assert.True(answer.Status == HttpStatusCode.OK || answer.Json.TryGetProperty("error", out _));
        }

        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(path, valid[0])).Status);
    }

    [Fact]
    public async Task A_broken_off_body_harms_nobody()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("x")));
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            await socket.GetStream().WriteAsync("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"model\""u8.ToArray());
        }

        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/generate", """{"model":"chat","prompt":"x"}""")).Status);
    }

    private sealed class CountingLogger : ILogger
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count++;
    }

    private static async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (!condition())
        {
            await Task.Delay(10, limit.Token);
        }
    }
}
