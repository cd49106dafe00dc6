using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

/// <summary>
/// The faults. As long as nothing of an answer was passed on, what may help is tried again; behind that the error is told, with the text
/// that came before it. Nothing is lost, nothing comes twice.
/// </summary>
internal static class FaultScripts
{
    // It is to run out, and yet to be enough for the try behind that on a busy machine.
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(2);

    public static IReadOnlyList<FaultScript> All { get; } =
    [
        new() { Name = "connection reset before the header", Answers = static p => [new(Reset), p.Whole], Requests = 2 },
        new() { Name = "connection reset in the middle of the header", Answers = static p => [new(static wire => wire.RawAsync("HTTP/1.1 200 OK\r\nContent-Ty")), p.Whole], Requests = 2 },
        new() { Name = "connection reset behind the header", Answers = static p => [p.Cut(0, Reset), p.Whole], Requests = 2 },
        new() { Name = "connection reset before the first text", Answers = static p => [p.Cut(p.FirstText, Reset), p.Whole], Requests = 2 },
        new() { Name = "connection reset behind the first text", Answers = static p => [p.Cut(p.FirstText + 1, Pause(Reset)), p.Whole], Text = "Hello", Error = ProviderErrorKind.Network },
        new() { Name = "connection reset behind the last text", Answers = static p => [p.Cut(p.FirstText + 2, Pause(Reset))], Error = ProviderErrorKind.Network },
        new() { Name = "connection reset at the last byte", Answers = static p => [Answer.Broken(p.MediaType, Pause(Reset), [.. p.Pieces.SkipLast(1), p.Pieces[^1][..^1]])], Protocols = [Protocol.OpenAI, Protocol.Anthropic] },
        new() { Name = "connection reset at the last byte of the only message with the reason", Answers = static p => [Answer.Broken(p.MediaType, Pause(Reset), [.. p.Pieces.SkipLast(1), p.Pieces[^1][..^1]])], Error = ProviderErrorKind.Network, Protocols = [Protocol.Ollama] },
        new() { Name = "stream ended early before the first text", Answers = static p => [p.Cut(p.FirstText, Done), p.Whole], Requests = 2 },
        new() { Name = "stream ended early behind the first text", Answers = static p => [p.Cut(p.FirstText + 1, Done)], Text = "Hello", Error = ProviderErrorKind.Network },
        new() { Name = "stream ended without its last message, the reason told", Answers = static p => [p.Cut(p.Pieces.Count - 1, Done)], Protocols = [Protocol.OpenAI, Protocol.Anthropic] },
        new() { Name = "never anything but connections reset", Answers = static p => [new(Reset)], Text = "", Error = ProviderErrorKind.Network, Requests = 4 },
        new() { Name = "429 without Retry-After", Answers = static p => [p.Refusal(429, "rate_limit_error"), p.Whole], Requests = 2 },
        new() { Name = "429 with Retry-After in seconds", Answers = static p => [p.Refusal(429, "rate_limit_error", "slow", ("Retry-After", "1")), p.Whole], Requests = 2 },
        new() { Name = "429 with retry-after-ms", Answers = static p => [p.Refusal(429, "rate_limit_error", "slow", ("retry-after-ms", "20")), p.Whole], Requests = 2 },
        new() { Name = "429 with a Retry-After that nobody waits for", Answers = static p => [p.Refusal(429, "rate_limit_error", "slow", ("Retry-After", "3600")), p.Whole], Text = "", Error = ProviderErrorKind.RateLimit },
        new() { Name = "429 for one key of two", Answers = static p => [p.Refusal(429, "rate_limit_error", "slow", ("Retry-After", "3600")), p.Whole], Requests = 2, Keys = ["first-key", "second-key"] },
        new() { Name = "401 then a good key", Answers = static p => [p.Refusal(401, "authentication_error"), p.Whole], Requests = 2, Keys = ["first-key", "second-key"] },
        new() { Name = "401 for the only key", Answers = static p => [p.Refusal(401, "authentication_error")], Text = "", Error = ProviderErrorKind.Authentication, Keys = ["first-key"] },
        new() { Name = "403", Answers = static p => [p.Refusal(403, "permission_error")], Text = "", Error = ProviderErrorKind.Authentication },
        new() { Name = "500 twice", Answers = static p => [p.Refusal(500, "api_error"), p.Refusal(500, "api_error"), p.Whole], Requests = 3 },
        new() { Name = "503 with a page of a proxy", Answers = static p => [Answer.Of(503, "<html>down</html>", "text/html"), p.Whole], Requests = 2 },
        new() { Name = "529", Answers = static p => [p.Refusal(529, "overloaded_error"), p.Whole], Requests = 2 },
        new() { Name = "400", Answers = static p => [p.Refusal(400, "invalid_request_error", "temperature is wrong")], Text = "", Error = ProviderErrorKind.BadRequest },
        new() { Name = "413", Answers = static p => [Answer.Of(413, "too large", "text/plain")], Text = "", Error = ProviderErrorKind.BadRequest },
        new() { Name = "error within the stream before the first text", Answers = static p => [Answer.Stream(p.MediaType, [.. p.Pieces.Take(p.FirstText), p.ErrorPiece]), p.Whole], Requests = 2 },
        new() { Name = "error within the stream behind the first text", Answers = static p => [Answer.Stream(p.MediaType, [.. p.Pieces.Take(p.FirstText + 1), p.ErrorPiece])], Text = "Hello", Error = ProviderErrorKind.Outage },
        new() { Name = "malformed chunk before the first text", Answers = static p => [Answer.Stream(p.MediaType, [.. p.Pieces.Take(p.FirstText), p.MediaType == "text/event-stream" ? "data: {\"id\":\n\n" : "{\"id\":\n"]), p.Whole], Requests = 2 },
        new() { Name = "malformed chunk behind the first text", Answers = static p => [Answer.Stream(p.MediaType, [.. p.Pieces.Take(p.FirstText + 1), p.MediaType == "text/event-stream" ? "data: [1]\n\n" : "[1]\n"])], Text = "Hello", Error = ProviderErrorKind.Outage },
        new() { Name = "wrong content type", Answers = static p => [Answer.Of(200, "<html>Welcome</html>", "text/html"), p.Whole], Requests = 2 },
        new() { Name = "redirection elsewhere", Answers = static p => [Answer.Of(302, "", "text/html", ("Location", "http://127.0.0.1:1/"))], Text = "", Error = ProviderErrorKind.BadRequest },
        new() { Name = "truncated JSON of an error", Answers = static p => [Answer.Of(500, "{\"error\":{\"mess"), p.Whole], Requests = 2 },
        new() { Name = "silence before the header", Answers = static p => [new(static wire => wire.StallAsync()), p.Whole], Requests = 2, Resilience = static options => options with { TryTimeout = s_short } },
        new() { Name = "silence before the first text, with signs of life", Answers = static p => [p.Cut(p.FirstText, static wire => DripAsync(wire, ": alive\n")), p.Whole], Requests = 2, Resilience = static options => options with { TryTimeout = s_short }, Protocols = [Protocol.OpenAI, Protocol.Anthropic] },
        new() { Name = "silence behind the first text", Answers = static p => [p.Cut(p.FirstText + 1, static wire => wire.StallAsync())], Text = "Hello", Error = ProviderErrorKind.Network, Resilience = static options => options with { IdleTimeout = s_short } },
        new() { Name = "a line that drips without an end", Answers = static p => [p.Cut(p.FirstText + 1, static wire => DripAsync(wire, "x"))], Text = "Hello", Error = ProviderErrorKind.Network, Resilience = static options => options with { IdleTimeout = s_short } },
        new() { Name = "slow drip of single bytes", Answers = static p => [new(wire => SlowlyAsync(wire, p))] },
        new() { Name = "the whole request takes too long", Answers = static p => [new(static wire => wire.StallAsync())], Text = "", Error = ProviderErrorKind.Network, Resilience = static options => options with { TotalTimeout = s_short } },
    ];

    private static Task Done(Wire wire) => Task.CompletedTask;

    private static Task Reset(Wire wire)
    {
        wire.Reset();
        return Task.CompletedTask;
    }

    // What was written before a reset has to arrive first: a reset discards what is still on its way.
    private static Func<Wire, Task> Pause(Func<Wire, Task> then) => async wire =>
    {
        await Task.Delay(200, wire.Left);
        await then(wire);
    };

    private static async Task DripAsync(Wire wire, string text)
    {
        while (!wire.Left.IsCancellationRequested)
        {
            await wire.WriteAsync(text);
            await Task.Delay(20, wire.Left);
        }
    }

    private static async Task SlowlyAsync(Wire wire, Protocol protocol)
    {
        wire.Head(200, protocol.MediaType);
        foreach (char c in string.Concat(protocol.Pieces))
        {
            await wire.WriteAsync(c.ToString());
        }
    }
}
