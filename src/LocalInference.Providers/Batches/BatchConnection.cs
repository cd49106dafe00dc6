using System.Net.Http.Headers;
using System.Text.Json;

namespace LocalInference.Providers;

/// <summary>Sends what batches need over an endpoint, with its limits, keys, retries and breaker. Safe for concurrent use.</summary>
internal sealed class BatchConnection(ProviderOptions options, ProviderEndpoint endpoint)
{
    /// <summary>Asks for a JSON object.</summary>
    public ValueTask<T> GetAsync<T>(Uri address, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, address, body: default, Exchange.Json, isOnce: false, read, cancellationToken);

    /// <summary>Sends a body, and reads the JSON object that answers it.</summary>
    public ValueTask<T> PostAsync<T>(Uri address, ReadOnlyMemory<byte> body, MediaTypeHeaderValue mediaType, bool isOnce, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, address, body, mediaType, isOnce, read, cancellationToken);

    /// <summary>Opens a file of lines.</summary>
    public async ValueTask<LinesReply> OpenAsync(Uri address, CancellationToken cancellationToken) => (LinesReply)await endpoint.SendAsync(new Exchange
    {
        Method = HttpMethod.Get,
        Address = address,
        Body = default,
        Accept = null,
        Model = null,
        EstimatedTokens = 0,
        Deadline = Deadline(),
        Caller = cancellationToken,
        Read = async parts => new LinesReply(parts, await parts.Response.Content.ReadAsStreamAsync(parts.Attempt.Token).ConfigureAwait(false), options, cancellationToken),
    }).ConfigureAwait(false);

    private async ValueTask<T> SendAsync<T>(HttpMethod method, Uri address, ReadOnlyMemory<byte> body, MediaTypeHeaderValue mediaType, bool isOnce, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reply = (JsonReply<T>)await endpoint.SendAsync(new Exchange
        {
            Method = method,
            Address = address,
            Body = body,
            MediaType = mediaType,
            Accept = "application/json",
            Model = null,
            EstimatedTokens = 0,
            Deadline = Deadline(),
            Caller = cancellationToken,
            IsOnce = isOnce,
            Read = async parts =>
            {
                using Stream stream = await parts.Response.Content.ReadAsStreamAsync(parts.Attempt.Token).ConfigureAwait(false);
                using JsonDocument json = await JsonDocument.ParseAsync(stream, cancellationToken: parts.Attempt.Token).ConfigureAwait(false);
                return new JsonReply<T>(parts, read(json.RootElement));
            },
        }).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            return reply.Value;
        }
    }

    private long Deadline() => options.TimeProvider.GetTimestamp() + (long)(options.Resilience.TotalTimeout.TotalSeconds * options.TimeProvider.TimestampFrequency);
}
