using System.Diagnostics.Metrics;
using System.Net;
using LocalInference.Abstractions;
using LocalInference.Server.Metrics;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Metrics;

public sealed class MetricsTests
{
    [Fact]
    public void Counters_gauges_and_histograms_have_Prometheus_form()
    {
        using var exporter = new MetricsExporter(status: null);
        using var meter = new Meter("LocalInference");
        Counter<long> counter = meter.CreateCounter<long>("test.tokens", "{token}", "Tokens\nread.");
        Histogram<double> histogram = meter.CreateHistogram<double>("test.duration", "s", "How long.");
        UpDownCounter<int> level = meter.CreateUpDownCounter<int>("test.level");
        meter.CreateObservableGauge("test.room", static () => 7.5, "By");

        counter.Add(2, new KeyValuePair<string, object?>("gen_ai.request.model", "a\"b\\"));
        counter.Add(3, new KeyValuePair<string, object?>("gen_ai.request.model", "a\"b\\"));
        histogram.Record(0.02);
        histogram.Record(1);
        histogram.Record(1000);
        level.Add(5);
        level.Add(-2);
        string text = exporter.Write();

        Assert.Contains("# HELP test_tokens_total Tokens\\nread.\n# TYPE test_tokens_total counter\ntest_tokens_total{gen_ai_request_model=\"a\\\"b\\\\\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE test_duration_seconds histogram\ntest_duration_seconds_bucket{le=\"0.01\"} 0\ntest_duration_seconds_bucket{le=\"0.02\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("test_duration_seconds_bucket{le=\"1.28\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("test_duration_seconds_bucket{le=\"+Inf\"} 3\ntest_duration_seconds_sum 1001.02\ntest_duration_seconds_count 3\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE test_level gauge\ntest_level 3\n", text, StringComparison.Ordinal);
        Assert.Contains("test_room_bytes 7.5\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_observed_no_more_is_not_shown()
    {
        using var exporter = new MetricsExporter(status: null);
        using var meter = new Meter("LocalInference");
        string[] models = ["a", "b"];
        meter.CreateObservableGauge("test.loaded", () => models.Select(static model => new Measurement<long>(1, new KeyValuePair<string, object?>("model", model))));

        Assert.Contains("test_loaded{model=\"a\"} 1\ntest_loaded{model=\"b\"} 1\n", exporter.Write(), StringComparison.Ordinal);
        models = ["b"];
        string later = exporter.Write();

        Assert.DoesNotContain("model=\"a\"", later, StringComparison.Ordinal);
        Assert.Contains("test_loaded{model=\"b\"} 1\n", later, StringComparison.Ordinal);
    }

    [Fact]
    public void Ever_new_labels_do_not_fill_the_memory()
    {
        using var exporter = new MetricsExporter(status: null);
        using var meter = new Meter("LocalInference");
        Counter<long> counter = meter.CreateCounter<long>("test.names");
        for (int i = 0; i < 5000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("name", i));
        }

        Assert.Equal(1000, exporter.Write().Split('\n').Count(static line => line.StartsWith("test_names_total{", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_shows_what_is_loaded()
    {
        var models = new FakeModels(FakeModels.Chat);
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            services => services.AddSingleton<ITextGenerator>(new ScriptedTextGenerator()).AddSingleton<IModelCatalog>(models).AddSingleton<IModelLifetime>(models).AddSingleton<IRuntimeStatus>(models),
            static app => app.MapModelMetrics());
        await server.PostAsync("/api/chat", """{"model":"chat"}""");

        WireAnswer answer = await server.GetAsync("/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.ContentType);
        Assert.Contains("localinference_models_loaded 1\n", answer.Body, StringComparison.Ordinal);
        Assert.Contains("localinference_model_memory_bytes{gen_ai_request_model=\"chat\"} 99\n", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void The_room_in_a_cache_is_shown_where_it_is_known()
    {
        using var exporter = new MetricsExporter(new Status(new LoadedModel { Name = "shared", CacheCells = 4096, UsedCacheCells = 1000 }, new LoadedModel { Name = "apart", CacheCells = 512 }, new LoadedModel { Name = "elsewhere" }));

        string text = exporter.Write();

        Assert.Contains("# TYPE localinference_model_kv_cache_cells_used gauge\nlocalinference_model_kv_cache_cells_used{gen_ai_request_model=\"shared\"} 1000\n", text, StringComparison.Ordinal);
        Assert.Contains("localinference_model_kv_cache_cells_capacity{gen_ai_request_model=\"shared\"} 4096\n", text, StringComparison.Ordinal);
        Assert.Contains("localinference_model_kv_cache_cells_capacity{gen_ai_request_model=\"apart\"} 512\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cells_used{gen_ai_request_model=\"apart\"}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cells_capacity{gen_ai_request_model=\"elsewhere\"}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_each_key_takes_is_told_by_model_and_adapters()
    {
        string key = ApiKey.Create();
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            static services => services.AddSingleton<ITextGenerator>(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("One two") with { PromptTokens = 7, CachedPromptTokens = 3 })),
            app =>
            {
                app.UseApiKeys(new ApiKeyOptions { Keys = [new ApiKey { Name = "metered anna", Hash = ApiKey.HashOf(key), Scope = ApiKeyScope.Admin }] });
                app.MapModelMetrics();
            });
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        await server.PostAsync("/api/chat", """{"model":"counted","adapters":[{"name":"y"},{"name":"x"}],"messages":[{"role":"user","content":"x"}]}""");

        string text = (await server.GetAsync("/metrics")).Body;

        const string Labels = "gen_ai_operation_name=\"chat\",gen_ai_request_model=\"counted\",localinference_key=\"metered anna\",localinference_adapters=\"x,y\"";
        Assert.Contains($"localinference_server_requests_total{{{Labels},localinference_outcome=\"completed\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"localinference_server_tokens_total{{{Labels},gen_ai_token_type=\"input\"}} 4\n", text, StringComparison.Ordinal);
        Assert.Contains($"localinference_server_tokens_total{{{Labels},gen_ai_token_type=\"cached\"}} 3\n", text, StringComparison.Ordinal);
        Assert.Contains($"localinference_server_tokens_total{{{Labels},gen_ai_token_type=\"output\"}} 2\n", text, StringComparison.Ordinal);
        Assert.Contains($"localinference_server_time_to_first_token_seconds_count{{{Labels}}} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vectors_and_rankings_are_told_too()
    {
        string key = ApiKey.Create();
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            static services => services.AddSingleton<IEmbedder>(new ScriptedEmbedder(8)).AddSingleton<IReranker>(new FakeReranker()),
            app =>
            {
                app.UseApiKeys(new ApiKeyOptions { Keys = [new ApiKey { Name = "vectors", Hash = ApiKey.HashOf(key), Scope = ApiKeyScope.Admin }] });
                app.MapModelMetrics();
            });
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        await server.PostAsync("/v1/embeddings", """{"model":"vectors","input":"a b c"}""");
        await server.PostAsync("/api/embed", """{"model":"vectors","input":"d"}""");
        await server.PostAsync("/v1/rerank", """{"model":"vectors","query":"q","documents":["a"]}""");

        string text = (await server.GetAsync("/metrics")).Body;

        const string Labels = "gen_ai_request_model=\"vectors\",localinference_key=\"vectors\"";
        Assert.Contains($"localinference_server_requests_total{{gen_ai_operation_name=\"embeddings\",{Labels},localinference_outcome=\"completed\"}} 2\n", text, StringComparison.Ordinal);
        Assert.Contains($"localinference_server_tokens_total{{gen_ai_operation_name=\"embeddings\",{Labels},gen_ai_token_type=\"input\"}} 4\n", text, StringComparison.Ordinal);
        Assert.Contains($"localinference_server_tokens_total{{gen_ai_operation_name=\"rerank\",{Labels},gen_ai_token_type=\"input\"}} 7\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_everybody_takes_is_told_to_administrators_only()
    {
        string key = ApiKey.Create();
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => { }, app =>
        {
            app.UseApiKeys(new ApiKeyOptions { Keys = [new ApiKey { Name = "user", Hash = ApiKey.HashOf(key) }] });
            app.MapModelMetrics();
        });
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", key);

        WireAnswer answer = await server.GetAsync("/metrics");

        Assert.Equal((HttpStatusCode.Forbidden, "This key opens the use of models, not what everybody takes of them."), (answer.Status, answer.Error));
    }

    [Theory]
    [InlineData("/api/me")]
    [InlineData("/api/experimental/web_search")]
    [InlineData("/v1/images/generations")]
    [InlineData("/v1/audio/transcriptions")]
    public async Task What_is_not_offered_says_so(string path)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        WireAnswer answer = await server.PostAsync(path, "{}");

        Assert.Equal(HttpStatusCode.NotImplemented, answer.Status);
        Assert.Contains("does not offer", answer.Body, StringComparison.Ordinal);
    }

    private sealed class Status(params LoadedModel[] models) : IRuntimeStatus
    {
        public IReadOnlyList<LoadedModel> GetLoadedModels() => models;
    }
}
