using System.Net;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Providers.Tests;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.OpenAI.Batches;

public sealed class BatchTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("localinference-batches-").FullName;

    private string Folder => Path.Combine(_root, "kept");

    [Fact]
    public async Task Requests_of_a_file_become_answers_of_a_file()
    {
        var generator = new ScriptedTextGenerator((request, _) => ScriptedAnswer.Say($"Re: {Last(request)}"));
        await using LoopbackServer server = await StartAsync(generator);

        JsonElement begun = await server.BeginBatchAsync($"{BatchClient.Line("a", "one")}\n\n{BatchClient.Line("b", "two")}\r\n{BatchClient.Line("c", "x", "nobody")}");
        JsonElement ended = await server.EndOfBatchAsync(begun);

        Assert.Equal(("batch", "validating", "b"), (Text(begun, "object"), Text(begun, "status"), Text(begun.GetProperty("metadata"), "a")));
        Assert.Equal("""{"total":3,"completed":2,"failed":1}""", ended.GetProperty("request_counts").GetRawText());
        Assert.Equal("completed", Text(ended, "status"));
        Assert.Equal(begun.GetProperty("created_at").GetInt64() + 86400, ended.GetProperty("expires_at").GetInt64());
        Dictionary<string, JsonElement> answers = await server.LinesAsync(ended, "output_file_id");
        Assert.Equal(["a", "b"], answers.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        JsonElement response = answers["b"].GetProperty("response");
        Assert.Equal((200, JsonValueKind.Null), (response.GetProperty("status_code").GetInt32(), answers["b"].GetProperty("error").ValueKind));
        Assert.Equal("Re: two", Text(response.GetProperty("body").GetProperty("choices")[0].GetProperty("message"), "content"));
        JsonElement failed = Assert.Single(await server.LinesAsync(ended, "error_file_id")).Value;
        Assert.Equal(404, failed.GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.Equal("model_not_found", Text(failed.GetProperty("response").GetProperty("body").GetProperty("error"), "code"));
        Assert.All(generator.Requests, static request => Assert.Equal(RequestPriority.Low, request.Priority));
        Assert.Equal(Text(ended, "id"), Text((await server.GetAsync("/v1/batches")).Json.GetProperty("data")[0], "id"));
        Assert.Equal("completed", Text((await server.PostAsync($"/v1/batches/{Text(ended, "id")}/cancel", "")).Json, "status"));
    }

    [Theory]
    [InlineData("/v1/completions", """{"model":"chat","prompt":"x"}""", "text_completion")]
    [InlineData("/v1/embeddings", """{"model":"chat","input":"x"}""", "list")]
    [InlineData("/v1/responses", """{"model":"chat","input":"x"}""", "response")]
    public async Task Other_routes_are_asked_too(string endpoint, string body, string kind)
    {
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("x")));

        JsonElement ended = await server.EndOfBatchAsync(await server.BeginBatchAsync($$"""{"custom_id":"a","method":"POST","url":"{{endpoint}}","body":{{body}}}""", endpoint));

        Assert.Equal(kind, Text((await server.LinesAsync(ended, "output_file_id"))["a"].GetProperty("response").GetProperty("body"), "object"));
        Assert.Equal(JsonValueKind.Null, ended.GetProperty("error_file_id").ValueKind);
    }

    [Fact]
    public async Task What_a_file_has_wrong_is_found_before_anything_runs()
    {
        var generator = new ScriptedTextGenerator();
        await using LoopbackServer server = await StartAsync(generator);
        string good = BatchClient.Line("a", "x");

        JsonElement ended = await server.EndOfBatchAsync(await server.BeginBatchAsync(string.Join(
            '\n',
            good,
            "{",
            good,
            good.Replace("\"custom_id\":\"a\",", "", StringComparison.Ordinal),
            good.Replace("\"a\"", "\"b\"", StringComparison.Ordinal).Replace("chat/completions", "other", StringComparison.Ordinal),
            good.Replace("\"a\"", "\"c\"", StringComparison.Ordinal).Replace("\"body\":{", "\"body\":{\"stream\":true,", StringComparison.Ordinal))));
        JsonElement empty = await server.EndOfBatchAsync(await server.BeginBatchAsync("\n"));

        Assert.Equal("failed", Text(ended, "status"));
        Assert.Equal(
            [(2, "invalid_request"), (3, "duplicate_custom_id"), (4, "invalid_request"), (5, "mismatched_endpoint"), (6, "invalid_request")],
            ended.GetProperty("errors").GetProperty("data").EnumerateArray().Select(static error => (error.GetProperty("line").GetInt32(), Text(error, "code")!)));
        Assert.Equal("empty_file", Text(empty.GetProperty("errors").GetProperty("data")[0], "code"));
        Assert.Empty(generator.Requests);
    }

    [Fact]
    public async Task A_server_that_is_started_again_goes_on_and_computes_nothing_twice()
    {
        string lines = string.Join('\n', Enumerable.Range(0, 40).Select(static i => BatchClient.Line($"r{i}", $"{i}")));
        var first = new ScriptedTextGenerator((request, place) => place < 10 ? ScriptedAnswer.Say(Last(request)) : ScriptedAnswer.Say("x").ThenWait(TimeSpan.FromMinutes(5)));
        JsonElement batch;
        await using (LoopbackServer server = await StartAsync(first))
        {
            batch = await server.BeginBatchAsync(lines);
            batch = await server.WaitForBatchAsync(batch, static one => one.GetProperty("request_counts").GetProperty("completed").GetInt32() == 10);
            await server.StopAsync();
        }

        // As a machine that lost its power leaves it.
        string output = Directory.EnumerateFiles(Path.Combine(Folder, "files")).Single(path => !Path.HasExtension(path) && File.ReadAllText(path).Contains("batch_req_", StringComparison.Ordinal));
        await File.AppendAllTextAsync(output, "{\"id\":\"batch_req_1\",\"custom_id\":\"r3");
        var second = new ScriptedTextGenerator((request, _) => ScriptedAnswer.Say(Last(request)));
        await using LoopbackServer again = await StartAsync(second);
        JsonElement ended = await again.EndOfBatchAsync(batch);

        Assert.Equal("""{"total":40,"completed":40,"failed":0}""", ended.GetProperty("request_counts").GetRawText());
        Assert.Equal(30, second.Requests.Count);
        Dictionary<string, JsonElement> answers = await again.LinesAsync(ended, "output_file_id");
        Assert.Equal(40, answers.Count);
        Assert.All(answers, static answer => Assert.Equal(answer.Key, "r" + Text(answer.Value.GetProperty("response").GetProperty("body").GetProperty("choices")[0].GetProperty("message"), "content")));
    }

    [Fact]
    public async Task A_batch_can_be_given_up_and_keeps_what_is_answered()
    {
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator((request, _) => Last(request) == "go" ? ScriptedAnswer.Say("x") : ScriptedAnswer.Say("x").ThenWait(TimeSpan.FromMinutes(5))));
        JsonElement batch = await server.BeginBatchAsync($"{BatchClient.Line("a", "go")}\n{BatchClient.Line("b", "wait")}");
        await server.WaitForBatchAsync(batch, static one => one.GetProperty("request_counts").GetProperty("completed").GetInt32() == 1);

        JsonElement cancelling = (await server.PostAsync($"/v1/batches/{Text(batch, "id")}/cancel", "")).Json;
        JsonElement ended = await server.EndOfBatchAsync(batch);

        Assert.Contains(Text(cancelling, "status")!, (string[])["cancelling", "cancelled"], StringComparer.Ordinal);
        Assert.Equal(("cancelled", 2), (Text(ended, "status"), ended.GetProperty("request_counts").GetProperty("total").GetInt32()));
        Assert.Equal(["a"], (await server.LinesAsync(ended, "output_file_id")).Keys, StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_is_not_answered_in_time_never_is()
    {
        TimeSpan window = TimeSpan.FromMinutes(10);
        var clock = new ManualTime();
        await using LoopbackServer server = await StartAsync(
            new ScriptedTextGenerator((request, _) => Last(request) == "go" ? ScriptedAnswer.Say("x") : ScriptedAnswer.Say("x").ThenWait(TimeSpan.FromMinutes(5))),
            options => options with { CompletionWindow = window },
            clock);
        JsonElement batch = await server.BeginBatchAsync($"{BatchClient.Line("a", "go")}\n{BatchClient.Line("b", "wait")}");
        await server.WaitForBatchAsync(batch, static one => one.GetProperty("request_counts").GetProperty("completed").GetInt32() == 1);

        clock.Advance(window);
        JsonElement ended = await server.EndOfBatchAsync(batch);

        Assert.Equal("expired", Text(ended, "status"));
        Assert.Equal(["a"], (await server.LinesAsync(ended, "output_file_id")).Keys, StringComparer.Ordinal);
        Assert.Equal("batch_expired", Text((await server.LinesAsync(ended, "error_file_id"))["b"].GetProperty("error"), "code"));
    }

    [Fact]
    public async Task A_busy_server_is_asked_again()
    {
        int asked = 0;
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator((_, _) =>
            Interlocked.Increment(ref asked) == 1 ? ScriptedAnswer.Fail(ScriptedFailure.Busy(TimeSpan.FromSeconds(1))) : ScriptedAnswer.Say("x")));

        JsonElement ended = await server.EndOfBatchAsync(await server.BeginBatchAsync(BatchClient.Line("a", "x")));

        Assert.Equal((2, "completed"), (asked, Text(ended, "status")));
        Assert.Equal(1, ended.GetProperty("request_counts").GetProperty("completed").GetInt32());
    }

    [Fact]
    public async Task Another_keys_files_and_batches_are_not_found()
    {
        string[] keys = [ApiKey.Create(), ApiKey.Create()];
        var generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            services => services.AddSingleton<ITextGenerator>(generator).AddBatches(new BatchOptions { Directory = Folder }),
            app => app.UseApiKeys(new ApiKeyOptions { Keys = [.. keys.Select(static (key, index) => new ApiKey { Name = $"k{index}", Hash = ApiKey.HashOf(key), TokensPerMinute = 100_000 })] }));
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", keys[0]);
        JsonElement batch = await server.EndOfBatchAsync(await server.BeginBatchAsync(BatchClient.Line("a", "x")));
        string id = Text(batch, "id")!, file = Text(batch, "output_file_id")!;
        Assert.Equal("k0", Assert.Single(generator.Requests).Caller);

        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", keys[1]);
        WireAnswer[] answers =
        [
            await server.GetAsync($"/v1/batches/{id}"),
            await server.PostAsync($"/v1/batches/{id}/cancel", ""),
            await server.GetAsync($"/v1/files/{file}"),
            await server.GetAsync($"/v1/files/{file}/content"),
            await WireAnswer.ReadAsync(await server.Client.DeleteAsync(new Uri($"/v1/files/{file}", UriKind.Relative))),
            await server.PostAsync("/v1/batches", $$"""{"input_file_id":"{{Text(batch, "input_file_id")}}","endpoint":"/v1/embeddings","completion_window":"24h"}"""),
        ];

        Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.NotFound, answer.Status));
        Assert.Equal(["batch_not_found", "file_not_found"], answers.Select(static answer => Text(answer.Json.GetProperty("error"), "code")!).Distinct(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Empty((await server.GetAsync("/v1/batches")).Json.GetProperty("data").EnumerateArray());
        Assert.Empty((await server.GetAsync("/v1/files")).Json.GetProperty("data").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"endpoint":"/v1/embeddings","completion_window":"24h"}""", "input_file_id", 400)]
    [InlineData("""{"input_file_id":"../x","endpoint":"/v1/embeddings","completion_window":"24h"}""", "input_file_id", 404)]
    [InlineData("""{"input_file_id":"f","endpoint":"/v1/models","completion_window":"24h"}""", "endpoint", 400)]
    [InlineData("""{"input_file_id":"f","endpoint":"/v1/embeddings","completion_window":"1h"}""", "completion_window", 400)]
    public async Task What_cannot_be_is_refused(string body, string parameter, int status)
    {
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator());

        WireAnswer answer = await server.PostAsync("/v1/batches", body);

        Assert.Equal((status, parameter), ((int)answer.Status, Text(answer.Json.GetProperty("error"), "param")));
    }

    [Fact]
    public async Task One_server_at_a_time_uses_a_folder_and_without_one_there_are_no_batches()
    {
        await using LoopbackServer first = await StartAsync(new ScriptedTextGenerator());
        await using LoopbackServer second = await StartAsync(new ScriptedTextGenerator());
        await using LoopbackServer without = await LoopbackServer.StartAsync(new ScriptedTextGenerator());
        Assert.Equal(HttpStatusCode.OK, (await first.UploadAsync("x")).Status);

        WireAnswer refused = await second.UploadAsync("x");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "batches_unavailable"), (refused.Status, Text(refused.Json.GetProperty("error"), "code")));
        Assert.Equal(HttpStatusCode.NotImplemented, (await without.UploadAsync("x")).Status);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Task<LoopbackServer> StartAsync(ScriptedTextGenerator generator, Func<BatchOptions, BatchOptions>? change = null, TimeProvider? time = null)
    {
        var options = new BatchOptions { Directory = Folder };
        var models = new FakeModels(FakeModels.Chat);
        return LoopbackServer.StartAsync(services => services
            .AddSingleton<ITextGenerator>(generator)
            .AddSingleton<IEmbedder>(new ScriptedEmbedder(8))
            .AddSingleton<IModelCatalog>(models)
            .AddSingleton(time ?? TimeProvider.System)
            .AddBatches(change?.Invoke(options) ?? options));
    }

    private static string Last(GenerationRequest request) => request.Input is ChatInput chat ? chat.Messages[^1].Text : "";

    private static string? Text(JsonElement value, string name) => value.GetProperty(name).GetString();
}
