using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Server.Metrics;

/// <summary>
/// Adds up what the process measures, for Prometheus to read: the engine's meter (times to first token, tokens, …), what each key took, what is loaded, and
/// ASP.NET Core's own numbers of requests and connections.
/// </summary>
internal sealed class MetricsExporter : IDisposable
{
    private static readonly string[] s_meters = ["LocalInference", "LocalInference.Providers", RequestMeter.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly MeterListener _listener = new();
    private readonly Meter _own = new("LocalInference.Server.Metrics");

    /// <summary>Begins to listen.</summary>
    /// <param name="status">Knows what is loaded; <see langword="null"/>: nobody does.</param>
    public MetricsExporter(IRuntimeStatus? status)
    {
        if (status is not null)
        {
            _own.CreateObservableGauge("localinference.models.loaded", () => (long)status.GetLoadedModels().Count, unit: null, "Models in memory.");
            Observe("localinference.model.memory", "By", "Memory of weights, KV cache and buffers.", static model => model.SizeInBytes ?? 0);
            Observe("localinference.model.requests.running", unit: null, "Requests that are computed.", static model => model.RunningRequests);
            Observe("localinference.model.requests.waiting", unit: null, "Requests that wait.", static model => model.WaitingRequests);
            Observe("localinference.model.kv_cache.cells.used", unit: null, "Cells of the KV cache that hold a token, those kept for later prompts included.", static model => model.UsedCacheCells);
            Observe("localinference.model.kv_cache.cells.capacity", unit: null, "Cells of the KV cache.", static model => model.CacheCells);
        }

        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _own || s_meters.Contains(instrument.Meter.Name, StringComparer.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, static one => new MetricFamily(one)));
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();

        void Observe(string name, string? unit, string description, Func<LoadedModel, long?> value) => _own.CreateObservableGauge(
            name,
            () => status.GetLoadedModels()
                .Select(model => (model.Name, Value: value(model)))
                .Where(static one => one.Value is not null)
                .Select(static one => new Measurement<long>(one.Value!.Value, new KeyValuePair<string, object?>("gen_ai.request.model", one.Name))),
            unit,
            description);
    }

    /// <summary>All metrics at this moment.</summary>
    public string Write()
    {
        // Of two at the same time one would forget what the other is about to write.
        lock (_gate)
        {
            foreach (MetricFamily family in _families.Values)
            {
                family.Forget();
            }

            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach ((_, MetricFamily family) in _families.OrderBy(static pair => pair.Key.Name, StringComparer.Ordinal))
            {
                family.Write(text);
            }

            return text.ToString();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _own.Dispose();
    }
}
