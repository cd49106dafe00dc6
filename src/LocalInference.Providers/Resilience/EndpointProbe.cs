using System.Net;
using LocalInference.Abstractions;
using Polly.CircuitBreaker;

namespace LocalInference.Providers;

/// <summary>
/// Asks an endpoint whether it answers again, while its circuit breaker is open and only then: as long as requests get through they tell
/// enough. An answer closes the breaker, so that nobody waits for the end of its time. It is no proof where requests failed inside the
/// endpoint, unless the endpoint has an address that says whether it is ready; then nothing is asked. Safe for concurrent use.
/// </summary>
internal sealed class EndpointProbe(ProviderOptions options, WireProtocol protocol, HttpMessageInvoker http, EndpointTelemetry telemetry) : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    /// <summary>Who is away for long is asked less often, up to this.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _disposed = new();
    private int _isRunning;

    public CircuitBreakerManualControl Control { get; } = new();

    public CircuitBreakerStateProvider State { get; } = new();

    /// <summary>The breaker opened.</summary>
    public void Opened(Exception? failure)
    {
        bool canTell = protocol.TellsReadiness || failure is ProviderException { Kind: ProviderErrorKind.Network };
        if (canTell && options.Resilience.ProbeInterval is { } interval && Interlocked.Exchange(ref _isRunning, 1) == 0)
        {
            _ = RunAsync(interval);
        }
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }

    private async Task RunAsync(TimeSpan interval)
    {
        try
        {
            CancellationToken stop = _disposed.Token;
            do
            {
                await Task.Delay(interval, options.TimeProvider, stop).ConfigureAwait(false);
                if (State.CircuitState is CircuitState.Closed)
                {
                    return;
                }

                interval = interval * 2 < s_longest ? interval * 2 : s_longest;
            }
            while (!await AnswersAsync(stop).ConfigureAwait(false));
            await Control.CloseAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The provider was disposed.
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken stop)
    {
        bool answers = false;
        try
        {
            using var timeout = new CancellationTokenSource(s_timeout, options.TimeProvider);
            using CancellationTokenRegistration stopped = stop.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), timeout);

            // Without a key: to be told that it is missing is an answer too, and one less that could leak.
            using var request = new HttpRequestMessage(HttpMethod.Get, protocol.ProbeAddress)
            {
                Version = protocol.ProbeAddress.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            };
            protocol.Prepare(request.Headers, key: null);
            using HttpResponseMessage response = await http.SendAsync(request, timeout.Token).ConfigureAwait(false);
            answers = protocol.TellsReadiness ? response.IsSuccessStatusCode : (int)response.StatusCode < 500;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
        }

        telemetry.Probed(answers);
        return answers;
    }
}
