using LocalInference.Providers;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace LocalInference.Cli.Serve;

/// <summary>
/// Sends traces and metrics to a collector by OTLP, as the standard variables say: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> or those of one
/// signal turn it on, <c>OTEL_SDK_DISABLED</c> and <c>OTEL_TRACES_EXPORTER=none</c> or <c>OTEL_METRICS_EXPORTER=none</c> off. The exporter
/// itself reads the others, such as <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, <c>…_HEADERS</c> and <c>OTEL_SERVICE_NAME</c>.
/// </summary>
internal sealed class TelemetryExport : IDisposable
{
    // The server's own numbers of requests and connections.
    private const string Hosting = "Microsoft.AspNetCore.Hosting";
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    // The meter of who took what; the name stands in the server's library, where it is internal.
    private const string Server = "LocalInference.Server";
    private const string Requests = "Microsoft.AspNetCore";

    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private TelemetryExport(bool sendsTraces, bool sendsMetrics)
    {
        _traces = sendsTraces
            ? Sdk.CreateTracerProviderBuilder().AddSource(LocalInferenceTelemetry.ActivitySourceName, ProvidersTelemetry.ActivitySourceName, Requests).AddOtlpExporter().Build()
            : null;
        _metrics = sendsMetrics
            ? Sdk.CreateMeterProviderBuilder().AddMeter(LocalInferenceTelemetry.MeterName, ProvidersTelemetry.MeterName, Server, Hosting, Kestrel).AddOtlpExporter().Build()
            : null;
    }

    /// <summary>Begins to send.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <returns>What ends it, and sends the rest before; <see langword="null"/>: nothing is to be sent.</returns>
    public static TelemetryExport? Start(Func<string, string?> variable)
    {
        bool sendsTraces = Wants(variable, "TRACES"), sendsMetrics = Wants(variable, "METRICS");
        return sendsTraces || sendsMetrics ? new TelemetryExport(sendsTraces, sendsMetrics) : null;
    }

    /// <summary>Whether a signal is to be sent.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="signal">Its name in the variables.</param>
    public static bool Wants(Func<string, string?> variable, string signal) =>
        !string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(variable($"OTEL_{signal}_EXPORTER"), "none", StringComparison.OrdinalIgnoreCase)
        && (variable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 } || variable($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") is { Length: > 0 });

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}
