using System.Net;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Ollama;

/// <summary>Pulling and pushing: what clients are told of it.</summary>
public sealed class TransferTests
{
    private const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("/api/pull")]
    [InlineData("/api/push")]
    public async Task Each_step_is_a_line(string path)
    {
        (string Name, bool IsInsecure) asked = default;
        using var store = new PlayedStore
        {
            Transfer = async (name, isInsecure, progress, _) =>
            {
                asked = (name, isInsecure);
                progress!.Report(new StoreProgress("pulling manifest"));
                await Task.Yield();
                progress.Report(new StoreProgress("pulling aaaaaaaaaaaa") { Digest = Digest, Total = 5, Completed = 0 });
                progress.Report(new StoreProgress("pulling aaaaaaaaaaaa") { Digest = Digest, Total = 5, Completed = 5, BytesPerSecond = 7, TimeLeft = TimeSpan.FromSeconds(1.25) });
                progress.Report(new StoreProgress("success"));
            },
        };
        await using LoopbackServer server = await StartAsync(store);

        WireAnswer answer = await server.PostAsync(path, """{"model":"m","insecure":true}""");

        Assert.Equal("application/x-ndjson", answer.ContentType);
        string[] lines = answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("""{"status":"pulling manifest"}""", lines[0]);
        Assert.Equal($$"""{"status":"pulling aaaaaaaaaaaa","digest":"{{Digest}}","total":5,"completed":5,"bytes_per_second":7,"seconds_left":1.2}""", lines[^2]);
        Assert.Equal("""{"status":"success"}""", lines[^1]);
        Assert.Equal(("m", true), asked);
    }

    [Fact]
    public async Task Who_wants_the_end_alone_gets_that()
    {
        using var store = new PlayedStore { Transfer = static (_, _, progress, _) => Task.CompletedTask };
        await using LoopbackServer server = await StartAsync(store);

        Assert.Equal("""{"status":"success"}""", (await server.PostAsync("/api/pull", """{"name":"m","stream":false}""")).Body);
    }

    [Fact]
    public async Task A_failure_within_is_the_last_line()
    {
        using var store = new PlayedStore
        {
            Transfer = static (name, _, progress, _) =>
            {
                progress!.Report(new StoreProgress("pulling manifest"));
                throw ScriptedFailure.ModelNotFound(name);
            },
        };
        await using LoopbackServer server = await StartAsync(store);

        WireAnswer answer = await server.PostAsync("/api/pull", """{"model":"m"}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("pull model manifest: file does not exist", answer.Lines[^1].GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_failure_before_anything_has_its_status()
    {
        using var store = new PlayedStore { Transfer = static (name, _, _, _) => throw ScriptedFailure.ModelNotFound(name) };
        await using LoopbackServer server = await StartAsync(store);

        WireAnswer answer = await server.PostAsync("/api/pull", """{"model":"m"}""");

        Assert.Equal((HttpStatusCode.NotFound, "pull model manifest: file does not exist"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task Who_leaves_ends_it()
    {
        var ended = new TaskCompletionSource();
        using var store = new PlayedStore
        {
            Transfer = async (_, _, progress, cancellationToken) =>
            {
                progress!.Report(new StoreProgress("pulling manifest"));
                cancellationToken.Register(() => ended.SetResult());
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            },
        };
        await using LoopbackServer server = await StartAsync(store);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/pull") { Content = new StringContent("""{"model":"m"}""") };

        (await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead)).Dispose();

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_slow_reader_gets_the_latest_of_each_blob()
    {
        var queue = new Server.Ollama.ProgressQueue();
        for (int i = 0; i <= 1000; i++)
        {
            queue.Report(new StoreProgress("pulling") { Digest = Digest, Completed = i });
        }

        queue.Report(new StoreProgress("success"));
        queue.Complete(failure: null);

        Assert.Equal([1000L, null], (await queue.TakeAsync())!.Select(static report => report.Completed));
        Assert.Null(await queue.TakeAsync());
    }

    [Fact]
    public async Task Without_a_store_nothing_is_changed()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        Assert.Equal(HttpStatusCode.NotImplemented, (await server.PostAsync("/api/pull", """{"model":"m"}""")).Status);
    }

    private static Task<LoopbackServer> StartAsync(PlayedStore store) => LoopbackServer.StartAsync(services => services.AddSingleton<IModelStore>(store));
}
