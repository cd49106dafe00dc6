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
    public async Task What_each_key_takes_is_told_by_model_and_adapters()
    {
        string key = ApiKey.Create();
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            static services => services.AddSingleton<ITextGenerator>(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("One two") with { PromptTokens = 7, CachedPromptTokens = 3 })),
            app =>
            {
                app.UseApiKeys(new ApiKeyOptions { Keys = [new ApiKey { Name = "metered anna", Hash = ApiKey.HashOf(key) }] });
                app.MapModelMetrics();
            });
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        await server.PostAsync("/api/chat", """{"model":"counted","adapters":[{"name":"x"},{"name":"y"}],"messages":[{"role":"user","content":"x"}]}""");

        string text = (await server.GetAsync("/metrics")).Body;

        const string Labels = "gen_ai_request_model=\"counted\",localinference_key=\"metered anna\",localinference_adapters=\"x,y\"";
        Assert.Contains($"localinference_server_requests_total{{{Labels},localinference_outcome=\"completed\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"localinference_server_tokens_total{{{Labels},gen_ai_token_type=\"input\"}} 4\n", text, StringComparison.Ordinal);
        Assert.Contains($"localinference_server_tokens_total{{{Labels},gen_ai_token_type=\"cached\"}} 3\n", text, StringComparison.Ordinal);
        Assert.Contains($"localinference_server_tokens_total{{{Labels},gen_ai_token_type=\"output\"}} 2\n", text, StringComparison.Ordinal);
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
}
