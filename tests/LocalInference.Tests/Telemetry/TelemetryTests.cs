using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalInference.Abstractions;
using LocalInference.TestModels;
using LocalInference.Tests.Chat;

namespace LocalInference.Tests.Telemetry;

[Collection(ModelTests.Name)]
public sealed class TelemetryTests(ModelFixture fixture)
{
    private const string Secret = "xyzzy";

    [Fact]
    public async Task A_request_is_traced_measured_and_logged_without_its_texts()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == LocalInferenceTelemetry.ActivitySourceName,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
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
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == LocalInferenceTelemetry.ActivitySourceName,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var log = new RecordedLog();
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator(new LocalTextGeneratorOptions { LoggerFactory = log, ModelName = "failing" });

        await Assert.ThrowsAsync<ContextLengthException>(() => generator.Answer(Answers.Ask(Answers.Chat(new string('x', 4000)))));

        Activity span = Assert.Single(spans, static span => span.DisplayName == "chat failing");
        Assert.Equal("context_length", span.GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Contains(log.Lines, static line => line.Contains("context_length", StringComparison.Ordinal));
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
