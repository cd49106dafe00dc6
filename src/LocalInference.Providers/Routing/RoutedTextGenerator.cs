using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;

namespace LocalInference.Providers;

/// <summary>See <see cref="ModelRouter.Generator"/>.</summary>
internal sealed partial class RoutedTextGenerator(ModelRouter router, TimeProvider time, ILogger log) : ITextGenerator
{
    private static readonly Counter<long> s_fallbacks = ProvidersTelemetry.Meter.CreateCounter<long>("localinference.route.fallbacks", "{fallback}", "Requests passed on to another model.");

    public TextGeneratorMetadata Metadata => router.Metadata;

    /// <summary>What is behind one model is behind the generator of that model, not behind this one.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using RoutingTable table = router.Hold();
        RoutePlan plan = table.Planner.Plan(request);
        string reason = plan.Reason;
        AnswerSoFar? soFar = plan.ContinuesBrokenAnswers ? new AnswerSoFar(request) : null;
        Exception? broken = null;
        for (int i = 0; i < plan.Targets.Count; i++)
        {
            RouteTarget target = plan.Targets[i];
            bool isLast = i == plan.Targets.Count - 1;
            GenerationRequest own = (broken is null ? request : soFar!.Rest()) with { Model = target.Model };
            IAsyncEnumerator<GenerationEvent> events = target.Generator.GenerateAsync(own, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (events.ConfigureAwait(false))
            {
                long begun = time.GetTimestamp();
                (GenerationStarted? started, bool hasUpdate, Exception? failure) = await OpenAsync(events, isLast, isContinuation: broken is not null, cancellationToken).ConfigureAwait(false);
                if (failure is not null)
                {
                    target.Latency.AddFailure(time.GetElapsedTime(begun));
                    reason = broken is null ? FellBack(target, failure) : reason;
                    continue;
                }

                target.Latency.Add(time.GetElapsedTime(begun));
                var route = new GenerationRoute(target.Provider, target.FullName, reason, i + 1);
                if (broken is not null)
                {
                    yield return new AnswerContinued(route);
                }
                else if (started is not null)
                {
                    yield return started with { Route = route };
                }

                while (hasUpdate)
                {
                    if ((soFar is null ? events.Current : soFar.Of(events.Current)) is { } e)
                    {
                        yield return e;
                    }

                    (hasUpdate, failure) = soFar is null
                        ? (await events.MoveNextAsync().ConfigureAwait(false), null)
                        : await NextAsync(events, soFar, isLast, cancellationToken).ConfigureAwait(false);
                }

                if (failure is null)
                {
                    yield break;
                }

                broken = failure;
                reason = BrokeOff(target, failure);
            }
        }

        // Nobody took the beginning of the answer.
        ExceptionDispatchInfo.Throw(broken!);
    }

    // Up to the first update: until then nothing was passed on, and another model can take over. What is asked of one that is to go on is
    // not the caller's own request, so whatever it says to it is not for the caller.
    private static async ValueTask<(GenerationStarted? Started, bool HasUpdate, Exception? Failure)> OpenAsync(IAsyncEnumerator<GenerationEvent> events, bool isLast, bool isContinuation, CancellationToken cancellationToken)
    {
        try
        {
            bool hasEvent = await events.MoveNextAsync().ConfigureAwait(false);
            GenerationStarted? started = hasEvent ? events.Current as GenerationStarted : null;
            return (started, started is null ? hasEvent : await events.MoveNextAsync().ConfigureAwait(false), null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && (isContinuation ? e is LocalInferenceException : !isLast && Fallback.IsFor(e)))
        {
            return (null, false, e);
        }
    }

    private static async ValueTask<(bool HasUpdate, Exception? Failure)> NextAsync(IAsyncEnumerator<GenerationEvent> events, AnswerSoFar soFar, bool isLast, CancellationToken cancellationToken)
    {
        try
        {
            return (await events.MoveNextAsync().ConfigureAwait(false), null);
        }
        catch (Exception e) when (!isLast && soFar.CanGoOn && !cancellationToken.IsCancellationRequested && Fallback.IsFor(e))
        {
            return (false, e);
        }
    }

    private string BrokeOff(RouteTarget target, Exception failure)
    {
        string code = Count(target, failure);
        Log.BrokeOff(log, target.FullName, code);
        return $"'{target.FullName}' broke off: {code}";
    }

    private string FellBack(RouteTarget target, Exception failure)
    {
        string code = Count(target, failure);
        Log.FellBack(log, target.FullName, code);
        return $"'{target.FullName}' failed: {code}";
    }

    private static string Count(RouteTarget target, Exception failure)
    {
        string code = ((LocalInferenceException)failure).Code;
        s_fallbacks.Add(1, new("gen_ai.provider.name", target.Provider), new("error.type", code));
        return code;
    }

    private static partial class Log
    {
        [LoggerMessage(210, LogLevel.Warning, "'{Model}' failed before its answer began ({Code}): the next model of the route is asked")]
        public static partial void FellBack(ILogger logger, string model, string code);

        [LoggerMessage(211, LogLevel.Warning, "'{Model}' broke off its answer ({Code}): the next model of the route goes on")]
        public static partial void BrokeOff(ILogger logger, string model, string code);
    }
}
