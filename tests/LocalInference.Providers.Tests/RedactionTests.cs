using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace LocalInference.Providers.Tests;

/// <summary>Every fault script with keys that the provider repeats in its errors, and then a search through all that came out.</summary>
public sealed class RedactionTests
{
    private static readonly string[] s_keys = ["sk-very-secret-key-number-one", "sk-very-secret-key-number-two"];
    private const string Prompt = "the prompt that nobody else may read";

    [Fact]
    public async Task Keys_and_prompts_come_out_nowhere()
    {
        var output = new ConcurrentQueue<string>();
        using ActivityListener traces = Trace(output);
        using MeterListener metrics = Measure(output);
        using var loggers = new QueueLoggerFactory(output);

        foreach (Protocol protocol in Protocol.All)
        {
            Answer echo = protocol.Refusal(400, $"code_{s_keys[0]}", $"Incorrect key {s_keys[0]} {s_keys[1]}", ("x-request-id", s_keys[0]));
            IEnumerable<(Answer[] Answers, FaultScript? Script)> scripts = FaultScripts.All
                .Where(script => script.Protocols.Contains(protocol) && !script.Name.Contains("signs of life", StringComparison.Ordinal))
                .Select(script => (script.Answers(protocol), (FaultScript?)script));
            foreach ((Answer[] answers, FaultScript? script) in scripts.Append(([echo], null)))
            {
                await RunAsync(protocol, answers, script, loggers, output);
            }
        }

        Assert.Contains(output, static line => line.Contains("provider_network", StringComparison.Ordinal));
        Assert.Contains(output, static line => line.Contains("[key]", StringComparison.Ordinal));
        Assert.Contains(output, static line => line.StartsWith("log:", StringComparison.Ordinal));
        Assert.Contains(output, static line => line.StartsWith("trace:", StringComparison.Ordinal));
        Assert.Contains(output, static line => line.StartsWith("metric:", StringComparison.Ordinal));
        foreach (string line in output)
        {
            Assert.DoesNotContain("very-secret", line, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Prompt, line, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static async Task RunAsync(Protocol protocol, Answer[] answers, FaultScript? script, QueueLoggerFactory loggers, ConcurrentQueue<string> output)
    {
        await using FakeProvider server = await FakeProvider.StartAsync(answers);
        ProviderOptions options = TestProviders.Options(server, protocol.Kind) with
        {
            Keys = ApiKeys.Of(s_keys),
            LoggerFactory = loggers,
            Resilience = script?.Resilience(TestProviders.Quick) ?? TestProviders.Quick,
        };
        output.Enqueue(options.ToString());
        using var router = new ModelRouter(
            new ProvidersOptions { Providers = [options], Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["r"] = new() { Models = ["fake/m-1", "fake/m-2"] } } },
            LocalServices.None,
            loggerFactory: loggers);

        (_, Exception? error) = await router.Generator.TryAsync(TestProviders.Chat(Prompt) with { Model = "r" });

        Assert.Contains(server.Requests, static request => s_keys.Contains(request.Key));
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            output.Enqueue(e.ToString());
            foreach (System.Reflection.PropertyInfo property in e.GetType().GetProperties())
            {
                output.Enqueue($"{property.Name}: {property.GetValue(e)}");
            }

            foreach (DictionaryEntry entry in e.Data)
            {
                output.Enqueue($"{entry.Key}: {entry.Value}");
            }
        }
    }

    private static ActivityListener Trace(ConcurrentQueue<string> output)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => output.Enqueue($"trace: {activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Events.SelectMany(static e => e.Tags))}"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static MeterListener Measure(ConcurrentQueue<string> output)
    {
        var listener = new MeterListener { InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => output.Enqueue($"metric: {instrument.Name} {string.Join(' ', tags.ToArray())}"));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => output.Enqueue($"metric: {instrument.Name} {string.Join(' ', tags.ToArray())}"));
        listener.Start();
        return listener;
    }

    private sealed class QueueLoggerFactory(ConcurrentQueue<string> output) : ILoggerFactory, ILogger
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            output.Enqueue($"log: {formatter(state, exception)} {exception} {string.Join(' ', state as IEnumerable<KeyValuePair<string, object?>> ?? [])}");

        public void Dispose()
        {
        }
    }
}
