using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace LocalInference;

/// <summary>What the engines of this process hold at the moment when somebody asks. Safe for concurrent use.</summary>
internal static class EngineGauges
{
    private static readonly ConcurrentDictionary<InferenceEngine, string> s_engines = new();

    static EngineGauges()
    {
        Observe("localinference.engine.requests.waiting", "{request}", "Requests that nothing is computed for yet.", static engine => engine.WaitingRequests);
        Observe("localinference.engine.requests.running", "{request}", "Requests that are computed together.", static engine => engine.Load.Running);
        Observe("localinference.engine.requests.preempted", "{request}", "Requests that gave up their cells to others and wait for room.", static engine => engine.Load.Preempted);
        Observe("localinference.engine.requests.parked", "{request}", "Requests that wait for their readers, who are too far behind.", static engine => engine.Load.Parked);
        Observe("localinference.engine.kv_cache.cells.used", "{cell}", "Cells of the KV cache that hold a token, those kept for later prompts included.", static engine => engine.Load.UsedCells);
        Observe("localinference.engine.kv_cache.cells.capacity", "{cell}", "Cells of the KV cache.", static engine => engine.CacheCells);
    }

    /// <summary>Shows an engine from now on.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The name of its model.</param>
    public static void Add(InferenceEngine engine, string model) => s_engines.TryAdd(engine, model);

    /// <summary>Shows it no more.</summary>
    public static void Remove(InferenceEngine engine) => s_engines.TryRemove(engine, out _);

    // Of two measurements with the same tags one would be lost, so engines of the same name are added up.
    private static void Observe(string name, string unit, string description, Func<InferenceEngine, int> value) => LocalInferenceTelemetry.Meter.CreateObservableGauge(
        name,
        () => s_engines
            .GroupBy(static pair => pair.Value, StringComparer.Ordinal)
            .Select(model => new Measurement<long>(model.Sum(pair => (long)value(pair.Key)), new KeyValuePair<string, object?>("gen_ai.request.model", model.Key))),
        unit,
        description);
}
