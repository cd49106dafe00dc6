using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Anthropic;

public sealed class MessageStreamTests
{
    private const string Request = """{"model":"chat","max_tokens":90,"stream":true,"messages":[{"role":"user","content":"abc"}]}""";

    [Fact]
    public async Task Blocks_follow_each_other()
    {
        ScriptedAnswer answer = ScriptedAnswer.Think("Well now.").ThenSay("Hello there").ThenCall("f", """{"x":1}""").ThenCall("g", "{}") with { PromptTokens = 7, CachedPromptTokens = 3 };
        (string Name, JsonElement Data)[] events = await StreamAsync(answer);

        Assert.All(events, static e => Assert.Equal(e.Name, e.Data.GetProperty("type").GetString()));
        Assert.Equal(
            [
                "message_start", "ping",
                "content_block_start", "content_block_delta", "content_block_delta", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
                "message_delta", "message_stop",
            ],
            events.Select(static e => e.Name),
            StringComparer.Ordinal);
        JsonElement message = events[0].Data.GetProperty("message");
        Assert.Equal((0, 5), (message.GetProperty("content").GetArrayLength(), message.GetProperty("usage").GetProperty("input_tokens").GetInt32()));

        JsonElement[] starts = [.. Of("content_block_start").Select(static data => data.GetProperty("content_block"))];
        Assert.Equal(["thinking", "text", "tool_use", "tool_use"], starts.Select(static block => block.GetProperty("type").GetString()), StringComparer.Ordinal);
        Assert.Equal(("call-1", "f", "g"), (starts[2].GetProperty("id").GetString(), starts[2].GetProperty("name").GetString(), starts[3].GetProperty("name").GetString()));
        Assert.Equal("Well now.", Deltas(0, "thinking"));
        Assert.NotEmpty(Deltas(0, "signature"));
        Assert.Equal("Hello there", Deltas(1, "text"));
        Assert.Equal("""{"x":1}""", Deltas(2, "partial_json"));
        JsonElement end = Assert.Single(Of("message_delta"));
        Assert.Equal(("tool_use", 4, 3), (end.GetProperty("delta").GetProperty("stop_reason").GetString(), end.GetProperty("usage").GetProperty("input_tokens").GetInt32(), end.GetProperty("usage").GetProperty("cache_read_input_tokens").GetInt32()));

        IEnumerable<JsonElement> Of(string name) => events.Where(e => e.Name == name).Select(static e => e.Data);

        string Deltas(int index, string field) => string.Concat(Of("content_block_delta").Where(data => data.GetProperty("index").GetInt32() == index)
            .Select(data => data.GetProperty("delta").TryGetProperty(field, out JsonElement text) ? text.GetString() : ""));
    }

    [Fact]
    public async Task A_providers_signature_ends_its_thoughts()
    {
        (string Name, JsonElement Data)[] events = await StreamAsync(ScriptedAnswer.Think("Hm.").Then(new ReasoningSigned("SIG")).Then(new ReasoningSigned("ENC", IsRedacted: true)).ThenSay("Hi"));

        JsonElement[] deltas = [.. events.Where(static e => e.Name == "content_block_delta").Select(static e => e.Data)];
        JsonElement[] starts = [.. events.Where(static e => e.Name == "content_block_start").Select(static e => e.Data.GetProperty("content_block"))];
        Assert.Equal([0, 0, 2], deltas.Select(static data => data.GetProperty("index").GetInt32()));
        Assert.Equal("""{"type":"signature_delta","signature":"SIG"}""", deltas[1].GetProperty("delta").GetRawText());
        Assert.Equal("""{"type":"redacted_thinking","data":"ENC"}""", starts[1].GetRawText());
        Assert.Equal(3, events.Count(static e => e.Name == "content_block_stop"));
    }

    [Fact]
    public async Task An_answer_whose_prompt_nobody_can_count_begins_with_0()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(services => services
            .AddSingleton<ITextGenerator>(new ScriptedTextGenerator(ScriptedAnswer.Say("Hello")))
            .AddSingleton<ITokenCounter>(new UnknowingCounter()));

        IReadOnlyList<(string Name, JsonElement Data)> events = (await server.PostAsync("/v1/messages", Request)).NamedEvents;

        Assert.Equal(0, events[0].Data.GetProperty("message").GetProperty("usage").GetProperty("input_tokens").GetInt32());
        Assert.Equal(["message_delta", "message_stop"], events.TakeLast(2).Select(static e => e.Name), StringComparer.Ordinal);
        Assert.Equal(10, events[^2].Data.GetProperty("usage").GetProperty("input_tokens").GetInt32());
    }

    [Fact]
    public async Task An_answer_of_nothing_has_no_block() =>
        Assert.Equal(["message_start", "ping", "message_delta", "message_stop"], (await StreamAsync(ScriptedAnswer.Empty)).Select(static e => e.Name), StringComparer.Ordinal);

    [Fact]
    public async Task A_failure_is_an_event_and_the_stream_still_ends()
    {
        (string Name, JsonElement Data)[] events = await StreamAsync(ScriptedAnswer.Say("One").ThenFail(ScriptedFailure.Generation("logits_invalid", "It broke")));

        Assert.Equal(["error", "message_stop"], events[^2..].Select(static e => e.Name), StringComparer.Ordinal);
        Assert.Equal("api_error", events[^2].Data.GetProperty("error").GetProperty("type").GetString());
        Assert.StartsWith("It broke", events[^2].Data.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waits_for_long_hears_of_it()
    {
        var release = new TaskCompletionSource();
        await using RunningAnswer running = await RunningAnswer.BeginAsync(new HeldGenerator(release.Task), new GenerationRequest { Input = new PromptInput { Text = "" } }, CancellationToken.None);
        int told = 0;
        await running.WaitAsync(TimeSpan.FromMilliseconds(1), TimeProvider.System, () =>
        {
            if (++told == 3)
            {
                release.SetResult();
            }

            return Task.CompletedTask;
        });
        List<GenerationEvent> events = [];
        await running.ReadAsync(e =>
        {
            events.Add(e);
            return default;
        });

        Assert.True(told >= 3);
        Assert.Equal(new TextDelta("x"), Assert.Single(events));
    }

    private static async Task<(string Name, JsonElement Data)[]> StreamAsync(ScriptedAnswer answer)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(answer));
        WireAnswer wire = await server.PostAsync("/v1/messages", Request);
        Assert.Equal("text/event-stream", wire.ContentType);
        return [.. wire.NamedEvents];
    }

    private sealed class UnknowingCounter : ITokenCounter
    {
        public ValueTask<TokenCount> CountTokensAsync(GenerationRequest request, CancellationToken cancellationToken = default) => throw ScriptedFailure.ModelNotFound("chat");
    }
}
