using System.Diagnostics.Metrics;
using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalInference.Providers;

/// <summary>What is told of the tries at one endpoint. Safe for concurrent use.</summary>
internal sealed partial class EndpointTelemetry(ProviderOptions options)
{
    private static readonly Counter<long> s_tries = Count("localinference.provider.tries", "{try}", "Requests sent, by what became of them.");
    private static readonly Counter<long> s_retries = Count("localinference.provider.retries", "{retry}", "Requests sent again after a failure.");
    private static readonly Counter<long> s_hedges = Count("localinference.provider.hedges", "{hedge}", "Requests sent a second time because the first was slow.");
    private static readonly Counter<long> s_circuit = Count("localinference.provider.circuit.changes", "{change}", "Changes of the circuit breaker.");

    private static readonly Counter<long> s_probes = Count("localinference.provider.probes", "{probe}", "Questions whether an endpoint answers again.");
    private readonly ILogger _log = options.LoggerFactory?.CreateLogger("LocalInference.Providers") ?? NullLogger.Instance;

    public void Answered() => s_tries.Add(1, Provider, new("outcome", "ok"));

    public void Failed(Exception e) => s_tries.Add(1, Provider, new("outcome", e is LocalInferenceException error ? error.Code : e is OperationCanceledException ? "cancelled" : e.GetType().Name));

    public void Retries(int retry, TimeSpan delay, Exception e)
    {
        s_retries.Add(1, Provider);
        Log.Retries(_log, options.Name, retry, delay.TotalMilliseconds, ((LocalInferenceException)e).Code);
    }

    public void Probed(bool answers) => s_probes.Add(1, Provider, new("outcome", answers ? "ok" : "failed"));

    public void Hedged() => s_hedges.Add(1, Provider);

    public void Opened(TimeSpan duration)
    {
        s_circuit.Add(1, Provider, new("state", "open"));
        Log.Opened(_log, options.Name, duration.TotalSeconds);
    }

    public void HalfOpened() => s_circuit.Add(1, Provider, new("state", "half_open"));

    public void Closed()
    {
        s_circuit.Add(1, Provider, new("state", "closed"));
        Log.Closed(_log, options.Name);
    }

    private KeyValuePair<string, object?> Provider => new("gen_ai.provider.name", options.TelemetryName);

    private static Counter<long> Count(string name, string unit, string description) => ProvidersTelemetry.Meter.CreateCounter<long>(name, unit, description);

    private static partial class Log
    {
        [LoggerMessage(200, LogLevel.Information, "{Provider}: retry {Retry} in {Milliseconds:0} ms after {Code}")]
        public static partial void Retries(ILogger logger, string provider, int retry, double milliseconds, string code);

        [LoggerMessage(201, LogLevel.Warning, "{Provider} fails too often: nothing is sent to it for {Seconds:0.#} s")]
        public static partial void Opened(ILogger logger, string provider, double seconds);

        [LoggerMessage(202, LogLevel.Information, "{Provider} answers again")]
        public static partial void Closed(ILogger logger, string provider);
    }
}
