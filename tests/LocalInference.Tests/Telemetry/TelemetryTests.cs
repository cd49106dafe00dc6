using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalInference.Abstractions;
using LocalInference.TestModels;
using LocalInference.Tests.Chat;
using LocalInference.Tests.Embeddings;

namespace LocalInference.Tests.Telemetry;

[Collection(ModelTests.Name)]
public sealed class TelemetryTests(ModelFixture fixture)
{
    private const string Secret = "xyzzy";

    [Fact]
    public async Task A_request_is_traced_measured_and_logged_without_its_texts()
    {
        var spans = new ConcurrentQueue<Activity>();
        using ActivityListener listener = Listen(spans);
        var measured = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using MeterListener meter = Listen(measured);
        using var log = new RecordedLog();
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator(new LocalTextGeneratorOptions { LoggerFactory = log, ModelName = "traced" });

        List<GenerationEvent> events = await generator.Answer(Answers.Ask(Answers.Chat(Secret), 5) with { IgnoreEndOfGeneration = true });

        Activity span = Assert.Single(spans, static span => span.DisplayName == "chat traced");
        Assert.Equal("localinference", span.GetTagItem("gen_ai.provider.name"));
        Assert.Equal("chat", span.GetTagItem("gen_ai.operation.name"));
        Assert.Equal(5, span.GetTagItem("gen_ai.request.max_tokens"));
        Assert.Equal(5, span.GetTagItem("gen_ai.usage.output_tokens"));
        Assert.Equal(((GenerationStarted)events[0]).ResponseId, span.GetTagItem("gen_ai.response.id"));
        Assert.Equal(["length"], (string[])span.GetTagItem("gen_ai.response.finish_reasons")!);
        foreach (string name in new[] { "gen_ai.server.request.duration", "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token", "localinference.tokens" })
        {
            Assert.True(measured[name] > 0, name);
        }

        Assert.Contains(log.Lines, static line => line.Contains("5 generated", StringComparison.Ordinal));
        string all = string.Join('\n', log.Lines.Concat(span.TagObjects.Select(static tag => $"{tag.Key}={tag.Value}")));
        Assert.DoesNotContain(Secret, all, StringComparison.Ordinal);
        Assert.DoesNotContain(events.Text(), all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_told_by_its_code()
    {
        var spans = new ConcurrentQueue<Activity>();
        using ActivityListener listener = Listen(spans);
        using var log = new RecordedLog();
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator(new LocalTextGeneratorOptions { LoggerFactory = log, ModelName = "failing" });

        await Assert.ThrowsAsync<ContextLengthException>(() => generator.Answer(Answers.Ask(Answers.Chat(new string('x', 4000)))));

        Activity span = Assert.Single(spans, static span => span.DisplayName == "chat failing");
        Assert.Equal("context_length", span.GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Contains(log.Lines, static line => line.Contains("context_length", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Embeddings_are_traced_measured_and_logged_without_their_texts()
    {
        var spans = new ConcurrentQueue<Activity>();
        using ActivityListener listener = Listen(spans);
        var measured = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using MeterListener meter = ListenTo(measured, "traced vectors");
        using var log = new RecordedLog();
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Bert), new LocalModelOptions { LoggerFactory = log });
        EmbeddingRequest request = Vectors.Request(Secret, "a dog") with { Model = "traced vectors", Dimensions = 8 };

        EmbeddingResult result = await model.EmbedAsync(request);
        await Assert.ThrowsAsync<GenerationException>(() => model.Embed(request with { Dimensions = 0 }));
        await Assert.ThrowsAsync<GenerationException>(async () => await model.RerankAsync(new RerankRequest { Query = Secret, Documents = ["a"], Model = "traced vectors" }));

        Activity[] embeddings = [.. spans.Where(static span => span.DisplayName == "embeddings traced vectors")];
        Assert.Equal(2, embeddings.Length);
        Assert.Equal("localinference", embeddings[0].GetTagItem("gen_ai.provider.name"));
        Assert.Equal("embeddings", embeddings[0].GetTagItem("gen_ai.operation.name"));
        Assert.Equal(8, embeddings[0].GetTagItem("gen_ai.embeddings.dimension.count"));
        Assert.Equal(result.TokenCount, embeddings[0].GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal("invalid_option", embeddings[1].GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Error, embeddings[1].Status);
        Assert.Equal("model_cannot_rank", Assert.Single(spans, static span => span.DisplayName == "rerank traced vectors").GetTagItem("error.type"));
        Assert.True(measured["gen_ai.server.request.duration"] > 0);
        Assert.Equal(result.TokenCount, measured["localinference.tokens"]);
        Assert.Contains(log.Lines, line => line.StartsWith($"embeddings with 'traced vectors': 2 texts of {result.TokenCount} tokens", StringComparison.Ordinal));
        string all = string.Join('\n', log.Lines.Concat(spans.SelectMany(static span => span.TagObjects).Select(static tag => $"{tag.Key}={tag.Value}")));
        Assert.DoesNotContain(Secret, all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_engine_holds_is_shown_while_its_model_is_loaded()
    {
        TestModelSpec spec = TestModelSpec.Qwen2 with { Name = "tiny-qwen2-gauged" };
        var measured = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using MeterListener meter = ListenTo(measured, spec.Name);
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec));
        int capacity = model.Engine.CacheCells;

        await model.AsTextGenerator().Answer(Answers.Ask(Answers.Chat("x"), 5) with { IgnoreEndOfGeneration = true });
        meter.RecordObservableInstruments();
        await model.DisposeAsync();

        Assert.Equal(0, measured["localinference.engine.requests.waiting"]);
        Assert.InRange(measured["localinference.engine.requests.running"], 0, 1);
        Assert.Equal(0, measured["localinference.engine.requests.preempted"]);
        Assert.Equal(0, measured["localinference.engine.requests.parked"]);
        Assert.InRange(measured["localinference.engine.kv_cache.cells.used"], 1, capacity);
        Assert.Equal(capacity, measured["localinference.engine.kv_cache.cells.capacity"]);
        measured.Clear();
        meter.RecordObservableInstruments();
        Assert.Empty(measured);
    }

    [Fact]
    public async Task Requests_with_cells_of_their_own_show_how_many_of_them_hold_a_token()
    {
        TestModelSpec spec = TestModelSpec.Qwen2 with { Name = "tiny-qwen2-apart" };
        var measured = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using MeterListener meter = ListenTo(measured, spec.Name);
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec), new LocalModelOptions { ContextLength = 512, Parallel = 2, UnifiedCache = false });

        // Both keep their cells; what they have in common is in those of each. The last of the four tokens is not computed.
        int[] start = Prompts.Of(1, 100);
        _ = await model.GenerateAsync((int[])[.. start, .. Prompts.Of(2, 200)], Generations.Greedy(4)).Tokens();
        _ = await model.GenerateAsync((int[])[.. start, .. Prompts.Of(3, 20)], Generations.Greedy(4)).Tokens();
        const int Used = 303 + 123;
        for (int i = 0; i < 1000 && model.Engine.Load.UsedCells != Used; i++)
        {
            await Task.Delay(10);
        }

        meter.RecordObservableInstruments();

        Assert.Equal(Used, measured["localinference.engine.kv_cache.cells.used"]);
        Assert.Equal(model.Engine.CacheCells, measured["localinference.engine.kv_cache.cells.capacity"]);
    }

    private static ActivityListener Listen(ConcurrentQueue<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == LocalInferenceTelemetry.ActivitySourceName,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static MeterListener ListenTo(ConcurrentDictionary<string, double> measured, string model)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == LocalInferenceTelemetry.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, number, tags, _) => Add(instrument, number, tags));
        listener.SetMeasurementEventCallback<long>((instrument, number, tags, _) => Add(instrument, number, tags));
        listener.Start();
        return listener;

        void Add(Instrument instrument, double number, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach ((string name, object? said) in tags)
            {
                if (name == "gen_ai.request.model" && said is string text && text == model)
                {
                    measured.AddOrUpdate(instrument.Name, number, (_, sum) => sum + number);
                }
            }
        }
    }

    private static MeterListener Listen(ConcurrentDictionary<string, double> measured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == LocalInferenceTelemetry.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.Start();
        return listener;
    }
}
