using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LocalInference;

/// <summary>
/// Where traces and metrics of local models come from. Names and units are those of OpenTelemetry's conventions for generative AI
/// (v1.41, in development) where they have one, <c>localinference.*</c> otherwise. Neither prompts nor answers are ever in them. The
/// spans are those of the server's side: a client that adds its own, such as Microsoft.Extensions.AI's middleware, sees them beneath.
/// </summary>
public static class LocalInferenceTelemetry
{
    /// <summary>Name of the <see cref="System.Diagnostics.ActivitySource"/>: for <c>AddSource</c>.</summary>
    public const string ActivitySourceName = "LocalInference";

    /// <summary>
    /// Name of the <see cref="System.Diagnostics.Metrics.Meter"/>, for <c>AddMeter</c>: histograms in seconds
    /// <c>gen_ai.server.request.duration</c>, <c>gen_ai.server.time_to_first_token</c> and <c>gen_ai.server.time_per_output_token</c>, and
    /// the counter <c>localinference.tokens</c> by <c>gen_ai.token.type</c> (<c>input</c>, <c>cached</c>, <c>output</c>). Of each loaded
    /// model, by the name in its file, the gauges <c>localinference.engine.requests.waiting</c>, <c>.running</c>, <c>.preempted</c> (its
    /// cells went to others) and <c>.parked</c> (its reader is too far behind), of which a request counts in one, and
    /// <c>localinference.engine.kv_cache.cells.used</c> and <c>.capacity</c>.
    /// </summary>
    public const string MeterName = "LocalInference";

    internal static ActivitySource Source { get; } = new(ActivitySourceName);

    internal static Meter Meter { get; } = new(MeterName);
}
