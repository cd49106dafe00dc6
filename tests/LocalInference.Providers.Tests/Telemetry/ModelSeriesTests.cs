using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace LocalInference.Providers.Tests;

public sealed class ModelSeriesTests
{
    [Fact]
    public async Task Names_that_clients_invent_are_told_as_one()
    {
        const string Provider = "inventive";
        var models = new ConcurrentQueue<string>();
        using MeterListener listener = Listen(Provider, models);
        await using FakeProvider server = await FakeProvider.StartAsync((request, _) => (string?)request.Json["model"] == "there" ? Protocol.OpenAI.Whole : Protocol.OpenAI.Refusal(404, "model_not_found"));
        var providers = new ProvidersOptions
        {
            Providers = [TestProviders.Options(server, ProviderKind.OpenAICompatible, Provider) with { Models = [new() { Name = "listed" }] }],
            Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["chain"] = new() { Models = [$"{Provider}/routed"] } },
            DefaultModel = $"{Provider}/usual",
        };
        using var router = new ModelRouter(providers, LocalServices.None);

        // What somebody configured is told by its name although it is gone; what nobody did is as soon as it has answered.
        foreach (string? name in new[] { "inventive/invented-1", "inventive/invented-2", "inventive/listed", "chain", null, "inventive/there", "inventive/invented-1" })
        {
            await router.Generator.TryAsync(TestProviders.Chat("Hi") with { Model = name });
        }

        Assert.Equal(["_OTHER", "_OTHER", "listed", "routed", "usual", "there", "_OTHER"], models, StringComparer.Ordinal);
    }

    [Fact]
    public void A_server_that_answers_any_name_does_not_fill_the_memory()
    {
        var series = new ModelSeries(["known"]);
        string[] invented = [.. Enumerable.Range(0, 5000).Select(static i => $"invented-{i}")];

        foreach (string name in invented)
        {
            series.Answered(name);
        }

        Assert.Equal(257, invented.Select(series.Of).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal("known", series.Of("known"));
        Assert.Equal(ModelSeries.Other, series.Of("invented-4999"));
    }

    private static MeterListener Listen(string provider, ConcurrentQueue<string> models)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "gen_ai.client.operation.duration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            Dictionary<string, object?> named = tags.ToArray().ToDictionary(StringComparer.Ordinal);
            if ($"{named["gen_ai.provider.name"]}" == provider)
            {
                models.Enqueue($"{named["gen_ai.request.model"]}");
            }
        });
        listener.Start();
        return listener;
    }
}
