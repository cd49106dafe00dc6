using LocalInference.Abstractions;
using Polly;
using Polly.CircuitBreaker;
using Polly.Hedging;
using Polly.Retry;

namespace LocalInference.Providers;

/// <summary>Retries around a circuit breaker, and hedging around both. Timeouts are the attempt's own, because they go on while its answer is read.</summary>
internal static class EndpointPipeline
{
    /// <summary>Whether another try can help, and in time.</summary>
    public static bool IsWorthRetrying(Exception? exception, ResilienceOptions options) =>
        exception is ProviderException { Kind: ProviderErrorKind.Network or ProviderErrorKind.Outage or ProviderErrorKind.RateLimit } e
        && e.Code is not ("provider_busy" or "provider_circuit_open" or ExceptionFactory.SubmissionUnknownCode)
        && e.ProviderCode != "insufficient_quota"
        && !(e.RetryAfter > options.MaxRetryDelay);

    public static ResiliencePipeline<Reply> Build(ProviderOptions options, EndpointTelemetry telemetry, EndpointProbe probe)
    {
        ResilienceOptions resilience = options.Resilience;
        var builder = new ResiliencePipelineBuilder<Reply> { TimeProvider = options.TimeProvider };
        if (resilience.Retries > 0)
        {
            builder.AddRetry(Retry(resilience, telemetry));
        }

        return builder.AddCircuitBreaker(Breaker(resilience, telemetry, probe)).Build();
    }

    /// <summary>The same with a second try beside a slow first one, where that is wanted.</summary>
    public static ResiliencePipeline<Reply> Hedge(ResiliencePipeline<Reply> pipeline, ProviderOptions options, EndpointTelemetry telemetry) => options.Resilience.HedgeAfter is not { } delay
        ? pipeline
        : new ResiliencePipelineBuilder<Reply> { TimeProvider = options.TimeProvider }
            .AddHedging(new HedgingStrategyOptions<Reply>
            {
                // Only slowness starts another; failures are the retries' business.
                Delay = delay,
                MaxHedgedAttempts = 1,
                ShouldHandle = static _ => ValueTask.FromResult(false),
                ActionGenerator = static arguments => () => SecondAsync(arguments),
                OnHedging = _ =>
                {
                    telemetry.Hedged();
                    return ValueTask.CompletedTask;
                },
            })
            .AddPipeline(pipeline)
            .Build();

    // Whoever is done first ends the race, with an error too; the first try may be about to answer when the second one fails.
    private static async ValueTask<Outcome<Reply>> SecondAsync(HedgingActionGeneratorArguments<Reply> arguments)
    {
        CancellationToken race = arguments.ActionContext.CancellationToken;
        Outcome<Reply> outcome = await arguments.Callback(arguments.ActionContext).ConfigureAwait(false);
        if (outcome.Exception is not null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, race).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return outcome;
    }

    private static RetryStrategyOptions<Reply> Retry(ResilienceOptions resilience, EndpointTelemetry telemetry) => new()
    {
        MaxRetryAttempts = resilience.Retries,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = resilience.RetryDelay,
        MaxDelay = resilience.MaxRetryDelay,
        ShouldHandle = arguments => ValueTask.FromResult(IsWorthRetrying(arguments.Outcome.Exception, resilience)),
        DelayGenerator = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is ProviderException { RetryAfter: { } time } ? Spread(time) : null),
        OnRetry = arguments =>
        {
            telemetry.Retries(arguments.AttemptNumber + 1, arguments.RetryDelay, arguments.Outcome.Exception!);
            return ValueTask.CompletedTask;
        },
    };

    private static CircuitBreakerStrategyOptions<Reply> Breaker(ResilienceOptions resilience, EndpointTelemetry telemetry, EndpointProbe probe) => new()
    {
        FailureRatio = resilience.BreakerFailureRatio,
        MinimumThroughput = resilience.BreakerMinimumTries,
        SamplingDuration = resilience.BreakerWindow,
        BreakDuration = resilience.BreakDuration,
        ManualControl = probe.Control,
        StateProvider = probe.State,

        // What a request or a key is to blame for says nothing about the endpoint, nor do limits.
        ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is ProviderException { Kind: ProviderErrorKind.Network or ProviderErrorKind.Outage }),
        OnOpened = arguments =>
        {
            telemetry.Opened(arguments.BreakDuration);
            probe.Opened(arguments.Outcome.Exception);
            return ValueTask.CompletedTask;
        },
        OnClosed = _ =>
        {
            telemetry.Closed();
            return ValueTask.CompletedTask;
        },
        OnHalfOpened = _ =>
        {
            telemetry.HalfOpened();
            return ValueTask.CompletedTask;
        },
    };

    // Never before the time that was asked for, and not all at once after it.
    private static TimeSpan? Spread(TimeSpan time) => time + (time * (Random.Shared.NextDouble() * 0.1)) + TimeSpan.FromMilliseconds(Random.Shared.Next(50));
}
