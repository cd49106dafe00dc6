using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;

namespace LocalInference.Providers;

/// <summary>See <see cref="ModelRouter.Generator"/>.</summary>
internal sealed partial class RoutedTextGenerator(RoutePlanner planner, string? defaultModel, TimeProvider time, ILogger log) : ITextGenerator
{
    private static readonly Counter<long> s_fallbacks = ProvidersTelemetry.Meter.CreateCounter<long>("localinference.route.fallbacks", "{fallback}", "Requests passed on to another model.");

    public TextGeneratorMetadata Metadata { get; } = new() { ProviderName = ModelRouter.LocalName, DefaultModel = defaultModel };

    /// <summary>What is behind one model is behind the generator of that model, not behind this one.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RoutePlan plan = planner.Plan(request);
        string reason = plan.Reason;
        for (int i = 0; i < plan.Targets.Count; i++)
        {
            RouteTarget target = plan.Targets[i];
            IAsyncEnumerator<GenerationEvent> events = target.Generator.GenerateAsync(request with { Model = target.Model }, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (events.ConfigureAwait(false))
            {
                long begun = time.GetTimestamp();
                (GenerationStarted? started, bool hasUpdate, Exception? failure) = await OpenAsync(events, isLast: i == plan.Targets.Count - 1, cancellationToken).ConfigureAwait(false);
                if (failure is not null)
                {
                    reason = FellBack(target, failure);
                    continue;
                }

                target.Latency.Add(time.GetElapsedTime(begun));
                if (started is not null)
                {
                    yield return started with { Route = new GenerationRoute(target.Provider, target.FullName, reason, i + 1) };
                }

                while (hasUpdate)
                {
                    yield return events.Current;
                    hasUpdate = await events.MoveNextAsync().ConfigureAwait(false);
                }

                yield break;
            }
        }
    }

    // Up to the first update: until then nothing was passed on, and another model can take over.
    private static async ValueTask<(GenerationStarted? Started, bool HasUpdate, Exception? Failure)> OpenAsync(IAsyncEnumerator<GenerationEvent> events, bool isLast, CancellationToken cancellationToken)
    {
        try
        {
            bool hasEvent = await events.MoveNextAsync().ConfigureAwait(false);
            GenerationStarted? started = hasEvent ? events.Current as GenerationStarted : null;
            return (started, started is null ? hasEvent : await events.MoveNextAsync().ConfigureAwait(false), null);
        }
        catch (Exception e) when (!isLast && !cancellationToken.IsCancellationRequested && Fallback.IsFor(e))
        {
            return (null, false, e);
        }
    }

    private string FellBack(RouteTarget target, Exception failure)
    {
        string code = ((LocalInferenceException)failure).Code;
        s_fallbacks.Add(1, new("gen_ai.provider.name", target.Provider), new("error.type", code));
        Log.FellBack(log, target.FullName, code);
        return $"'{target.FullName}' failed: {code}";
    }

    private static partial class Log
    {
        [LoggerMessage(210, LogLevel.Warning, "'{Model}' failed before its answer began ({Code}): the next model of the route is asked")]
        public static partial void FellBack(ILogger logger, string model, string code);
    }
}
