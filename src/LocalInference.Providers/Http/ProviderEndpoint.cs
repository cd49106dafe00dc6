using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LocalInference.Abstractions;
using Polly;
using Polly.CircuitBreaker;

namespace LocalInference.Providers;

/// <summary>
/// Sends requests to one endpoint: limits, keys, retries, circuit breaker and hedging are its own, whatever model is asked for.
/// Safe for concurrent use.
/// </summary>
internal sealed class ProviderEndpoint : IDisposable
{
    private const int MaxErrorLength = 64 * 1024;

    private readonly ProviderOptions _options;
    private readonly WireProtocol _protocol;
    private readonly HttpMessageInvoker _http;
    private readonly KeyRing _keys;
    private readonly EndpointProbe _probe;
    private readonly ResiliencePipeline<Reply> _pipeline;
    private readonly ResiliencePipeline<Reply> _hedged;

    public ProviderEndpoint(ProviderOptions options, WireProtocol protocol)
    {
        _options = options;
        _protocol = protocol;
        _http = new HttpMessageInvoker(options.HttpHandler ?? Connections.Create(options), disposeHandler: options.HttpHandler is null);
        _keys = new KeyRing(options.Name, options.Keys, options.TimeProvider);
        Gate = new LimitGate(options.Name, options.Limits, options.TimeProvider);
        Telemetry = new EndpointTelemetry(options);
        _probe = new EndpointProbe(options, protocol, _http, Telemetry);
        _pipeline = EndpointPipeline.Build(options, Telemetry, _probe);
        _hedged = EndpointPipeline.Hedge(_pipeline, options, Telemetry);
    }

    public LimitGate Gate { get; }

    public EndpointTelemetry Telemetry { get; }

    public ProviderHealth Health => _probe.State.CircuitState switch
    {
        CircuitState.Closed => ProviderHealth.Available,
        CircuitState.HalfOpen => ProviderHealth.Tried,
        _ => ProviderHealth.Unavailable,
    };

    /// <summary>Sends a request until an answer begins.</summary>
    /// <exception cref="LocalInferenceException">None did.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async ValueTask<Reply> SendAsync(Exchange exchange)
    {
        TimeSpan left = _options.TimeProvider.GetElapsedTime(_options.TimeProvider.GetTimestamp(), exchange.Deadline);
        using var total = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, _options.TimeProvider);
        using CancellationTokenRegistration caller = exchange.Caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), total);
        try
        {
            ResiliencePipeline<Reply> pipeline = exchange.IsOnce ? _pipeline : _hedged;
            Reply reply = await pipeline.ExecuteAsync(static (state, token) => state.Endpoint.TryAsync(state.Exchange, token), (Endpoint: this, Exchange: exchange), total.Token).ConfigureAwait(false);
            reply.Win();
            return reply;
        }
        catch (BrokenCircuitException e)
        {
            throw ExceptionFactory.Provider(ProviderErrorKind.Outage, _options.Name, "has failed too often to be asked at present", "provider_circuit_open", retryAfter: e.RetryAfter);
        }
        catch (OperationCanceledException e)
        {
            exchange.Caller.ThrowIfCancellationRequested();
            ProviderException error = ExceptionFactory.Provider(ProviderErrorKind.Network, _options.Name, "did not answer in the time that the whole request had", inner: e);
            throw exchange.IsOnce ? ExceptionFactory.SubmissionUnknown(_options.Name, error) : error;
        }
    }

    public void Dispose()
    {
        _probe.Dispose();
        _http.Dispose();
    }

    // One try, with as many keys as it takes, each once: keys that are limited together would take turns for ever.
    private async ValueTask<Reply> TryAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        for (int tried = 1; ; tried++)
        {
            string? key = _keys.Take();
            try
            {
                return await SendOnceAsync(exchange, key, cancellationToken).ConfigureAwait(false);
            }
            catch (ProviderException e) when (key is not null && e.StatusCode is 401 or 429 && _keys.TryRotate(key, e) && tried < _keys.Count)
            {
                // Another key is fit.
            }
        }
    }

    private async ValueTask<Reply> SendOnceAsync(Exchange exchange, string? key, CancellationToken cancellationToken)
    {
        LimitPermit permit = await Gate.EnterAsync(exchange.EstimatedTokens, cancellationToken).ConfigureAwait(false);
        var attempt = new Attempt(_options.Name, _options.Resilience, _options.TimeProvider, exchange.Deadline, exchange.Caller, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            using HttpRequestMessage request = Request(exchange, key);
            response = await _http.SendAsync(request, attempt.Token).ConfigureAwait(false);
            await CheckAsync(response, exchange, attempt.Token).ConfigureAwait(false);
            Reply reply = await exchange.Read(new ReplyParts(response, attempt, permit)).ConfigureAwait(false);
            Telemetry.Answered();
            return reply;
        }
        catch (Exception e)
        {
            response?.Dispose();
            Exception error = Translate(e, attempt, cancellationToken);
            if (error is ProviderException { StatusCode: >= 400 and < 500 })
            {
                // It was refused, and took nothing.
                permit.Correct(0);
            }

            permit.Dispose();
            error = exchange.IsOnce && MayHaveBeenTaken(error) ? ExceptionFactory.SubmissionUnknown(_options.Name, error) : error;
            attempt.Dispose();
            Telemetry.Failed(error);
            if (ReferenceEquals(error, e))
            {
                throw;
            }

            throw error;
        }
    }

    private HttpRequestMessage Request(Exchange exchange, string? key)
    {
        var request = new HttpRequestMessage(exchange.Method, exchange.Address)
        {
            Content = exchange.Method == HttpMethod.Get ? null : new ReadOnlyMemoryContent(exchange.Body) { Headers = { ContentType = exchange.MediaType } },
            Version = exchange.Address.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(exchange.Accept ?? "*/*"));
        _protocol.Prepare(request.Headers, key);
        return request;
    }

    private async ValueTask CheckAsync(HttpResponseMessage response, Exchange exchange, CancellationToken cancellationToken)
    {
        string? mediaType = response.Content.Headers.ContentType?.MediaType;
        if (response.IsSuccessStatusCode && (exchange.Accept is null || mediaType == exchange.Accept))
        {
            return;
        }

        int status = (int)response.StatusCode;
        JsonElement? body = await ReadErrorBodyAsync(response, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode && body?.Field("error") is null)
        {
            throw ExceptionFactory.Provider(ProviderErrorKind.Outage, _options.Name, $"answered with something other than {exchange.Accept}", status: status);
        }

        throw _protocol.Error(
            _protocol.ReadError(status, body),
            $"answered with the status {status}",
            exchange.Model,
            status,
            RetryAfter(response),
            RequestId(response));
    }

    // Not what it refused, and not where no connection came about; a status of a gateway says nothing about who is behind it.
    private static bool MayHaveBeenTaken(Exception error) =>
        error is ProviderException { Kind: ProviderErrorKind.Network or ProviderErrorKind.Outage, StatusCode: not (503 or 529) }
        && error.InnerException is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError };

    private static async ValueTask<JsonElement?> ReadErrorBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxErrorLength, cancellationToken).ConfigureAwait(false);
            using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            // The status says enough.
            return null;
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out IEnumerable<string>? values) && double.TryParse(values.First(), System.Globalization.CultureInfo.InvariantCulture, out double milliseconds) && milliseconds is >= 0 and < 1e9)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        TimeSpan? time = response.Headers.RetryAfter?.Delta ?? (response.Headers.RetryAfter?.Date is { } date ? date - _options.TimeProvider.GetUtcNow() : null);
        return time < TimeSpan.Zero ? TimeSpan.Zero : time;
    }

    private static string? RequestId(HttpResponseMessage response) =>
        response.Headers.TryGetValues("x-request-id", out IEnumerable<string>? ids) || response.Headers.TryGetValues("request-id", out ids) ? ids.First() : null;

    private Exception Translate(Exception e, Attempt attempt, CancellationToken cancellationToken) => e switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => e,
        OperationCanceledException => attempt.TimedOut(e),
        HttpRequestException or IOException when cancellationToken.IsCancellationRequested => new OperationCanceledException(e.Message, e, cancellationToken),
        HttpRequestException or IOException => ExceptionFactory.Provider(ProviderErrorKind.Network, _options.Name, "could not be reached, or broke off the connection", inner: e),
        JsonException or InvalidOperationException or FormatException => ExceptionFactory.Provider(ProviderErrorKind.Outage, _options.Name, "sent what is not its protocol", inner: e),
        _ => e,
    };
}
