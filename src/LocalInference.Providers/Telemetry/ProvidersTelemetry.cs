using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LocalInference.Providers;

/// <summary>
/// Where traces and metrics of remote models come from. Names and units are those of OpenTelemetry's conventions for generative AI
/// (v1.41, in development) where they have one, <c>localinference.*</c> otherwise. Neither prompts, answers nor keys are ever in them.
/// </summary>
public static class ProvidersTelemetry
{
    /// <summary>Name of the <see cref="System.Diagnostics.ActivitySource"/>: for <c>AddSource</c>. One span for each request, of the client's side.</summary>
    public const string ActivitySourceName = "LocalInference.Providers";

    /// <summary>
    /// Name of the <see cref="System.Diagnostics.Metrics.Meter"/>, for <c>AddMeter</c>: the histograms <c>gen_ai.client.operation.duration</c>
    /// (seconds) and <c>gen_ai.client.token.usage</c>, by models that are configured or have answered, and <c>_OTHER</c> for all other names;
    /// the counters <c>localinference.provider.tries</c> by <c>outcome</c> (<c>ok</c>, or the
    /// error's code), <c>localinference.provider.retries</c>, <c>localinference.provider.hedges</c>,
    /// <c>localinference.provider.circuit.changes</c> by <c>state</c> (<c>open</c>, <c>half_open</c>, <c>closed</c>) and
    /// <c>localinference.route.fallbacks</c>, <c>localinference.provider.probes</c>, <c>localinference.usage.cost</c>,
    /// <c>localinference.usage.written</c> and <c>.lost</c> (entries of the ledger), <c>localinference.budget.reached</c>, and
    /// <c>localinference.cache.requests</c> by <c>outcome</c> (<c>exact</c>, <c>similar</c>, <c>shared</c>, <c>miss</c>).
    /// </summary>
    public const string MeterName = "LocalInference.Providers";

    internal static ActivitySource Source { get; } = new(ActivitySourceName);

    internal static Meter Meter { get; } = new(MeterName);
}
