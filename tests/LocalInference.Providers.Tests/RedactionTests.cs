using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;

namespace LocalInference.Providers.Tests;

/// <summary>
/// Every fault script, embeddings and batches with keys that the provider repeats in its errors, and then a search through all that came
/// out: logs, traces, metrics, exceptions, the ledger, the files of batches.
/// </summary>
public sealed class RedactionTests : IDisposable
{
    private static readonly string[] s_keys = ["sk-very-secret-key-number-one", "sk-very-secret-key-number-two"];
    private const string Prompt = "the prompt that nobody else may read";

    private readonly string _folder = Directory.CreateTempSubdirectory("redaction-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Keys_and_prompts_come_out_nowhere()
    {
        var output = new ConcurrentQueue<string>();
        using ActivityListener traces = Trace(output);
        using MeterListener metrics = Measure(output);
        using var loggers = new QueueLoggerFactory(output);
        await using var ledger = new UsageLedger(Path.Combine(_folder, "usage.db"), new UsageLedgerOptions { LoggerFactory = loggers });

        foreach (Protocol protocol in Protocol.All)
        {
            Answer echo = protocol.Refusal(400, $"code_{s_keys[0]}", $"Incorrect key {s_keys[0]} {s_keys[1]}", ("x-request-id", s_keys[0]));
            IEnumerable<(Answer[] Answers, FaultScript? Script)> scripts = FaultScripts.All
                .Where(script => script.Protocols.Contains(protocol) && !script.Name.Contains("signs of life", StringComparison.Ordinal))
                .Select(script => (script.Answers(protocol), (FaultScript?)script));
            foreach ((Answer[] answers, FaultScript? script) in scripts.Append(([echo], null)))
            {
                await RunAsync(protocol, answers, script, ledger, loggers, output);
            }
        }

        await EmbedAsync(ProviderKind.OpenAI, loggers, output);
        await EmbedAsync(ProviderKind.Ollama, loggers, output);
        await RunBatchAsync(ProviderKind.OpenAI, "completed", loggers, output);
        await RunBatchAsync(ProviderKind.OpenAI, "failed", loggers, output);
        await RunBatchAsync(ProviderKind.Anthropic, "completed", loggers, output);
        await ledger.FlushAsync();
        using var csv = new StringWriter(CultureInfo.InvariantCulture);
        await ledger.ExportAsync(csv, DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow.AddDays(1));
        output.Enqueue("ledger: " + csv);

        Assert.Contains(output, static line => line.StartsWith("ledger:", StringComparison.Ordinal) && line.Contains("fake/m-1", StringComparison.Ordinal));
        Assert.Contains(output, static line => line.StartsWith("state:", StringComparison.Ordinal));
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

    private static async Task RunAsync(Protocol protocol, Answer[] answers, FaultScript? script, UsageLedger ledger, QueueLoggerFactory loggers, ConcurrentQueue<string> output)
    {
        await using FakeProvider server = await FakeProvider.StartAsync(answers);
        ProviderOptions options = TestProviders.Options(server, protocol.Kind) with
        {
            Keys = ApiKeys.Of(s_keys),
            LoggerFactory = loggers,
            Resilience = script?.Resilience(TestProviders.Quick) ?? TestProviders.Quick,
        };
        output.Enqueue(options.ToString());
        var providers = new ProvidersOptions { Providers = [options], Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["r"] = new() { Models = ["fake/m-1", "fake/m-2"], ContinuesBrokenAnswers = true } } };
        using var router = new ModelRouter(providers, LocalServices.None, loggerFactory: loggers);
        ITextGenerator metered = new UsageMeter(providers, new UsageOptions(), ledger).Over(router.Generator);

        (_, Exception? error) = await metered.TryAsync(TestProviders.Chat(Prompt) with { Model = "r" });

        Assert.Contains(server.Requests, static request => s_keys.Contains(request.Key));
        Tell(error, output);
    }

    private static async Task EmbedAsync(ProviderKind kind, QueueLoggerFactory loggers, ConcurrentQueue<string> output)
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.Of(kind).Refusal(400, $"code_{s_keys[0]}", $"Incorrect key {s_keys[0]}", ("x-request-id", s_keys[1])));
        using var provider = new RemoteProvider(TestProviders.Options(server, kind) with { Keys = ApiKeys.Of(s_keys), LoggerFactory = loggers });

        Tell(await Assert.ThrowsAsync<ProviderException>(async () => await provider.Embedder.EmbedAsync(new EmbeddingRequest { Inputs = [Prompt] })), output);
    }

    private async Task RunBatchAsync(ProviderKind kind, string end, QueueLoggerFactory loggers, ConcurrentQueue<string> output)
    {
        string stateFile = Path.Combine(_folder, "batch.json");
        var batches = new FakeBatches(kind) { Key = s_keys[0], Outcomes = { ["a"] = "error" } };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, kind) with { Keys = ApiKeys.Of(s_keys), LoggerFactory = loggers });
        BatchPolling polling = new()
        {
            FirstInterval = TimeSpan.FromMilliseconds(1),
            OnStatus = status =>
            {
                output.Enqueue($"{status} {string.Join(' ', status.Faults)}");
                output.Enqueue("state: " + File.ReadAllText(stateFile));
                batches.State = end;
            },
        };
        try
        {
            await foreach (BatchResult result in provider.Batches.RunAsync([new("a", TestProviders.Chat(Prompt)), new("b", TestProviders.Chat(Prompt))], stateFile, polling))
            {
                output.Enqueue(result.ToString());
                Tell(result.Error, output);
            }
        }
        catch (ProviderException e)
        {
            Assert.Equal("failed", end);
            Tell(e, output);
        }
    }

    private static void Tell(Exception? error, ConcurrentQueue<string> output)
    {
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
