using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="RemoteProvider.Embedder"/>.</summary>
internal sealed class RemoteEmbedder(ProviderOptions options, WireProtocol protocol, ProviderEndpoint endpoint, ModelSeries series) : IEmbedder
{
    public EmbedderMetadata Metadata { get; } = new()
    {
        ProviderName = options.TelemetryName,
        ProviderUri = options.BaseAddress,
        DefaultModel = options.DefaultModel,
    };

    public async ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        string model = RemoteModelName.Of(request.Model, request.LocalOnly, options);
        if (request.Inputs.Count == 0)
        {
            return new EmbeddingResult { Model = model, Embeddings = [] };
        }

        using var telemetry = new RemoteRequestTelemetry(options, series, "embeddings", model);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlyMemory<byte> body = protocol.Write(request, model);
            long begun = options.TimeProvider.GetTimestamp();
            var reply = (EmbeddingReply)await endpoint.SendAsync(new Exchange
            {
                Address = protocol.EmbeddingAddress,
                Body = body,
                Accept = "application/json",
                Model = model,
                EstimatedTokens = Exchange.Estimate(body, maxTokens: null),
                Deadline = begun + (long)(options.Resilience.TotalTimeout.TotalSeconds * options.TimeProvider.TimestampFrequency),
                Caller = cancellationToken,
                Read = parts => ReadAsync(parts, request, model),
            }).ConfigureAwait(false);
            await using (reply.ConfigureAwait(false))
            {
                EmbeddingResult result = reply.Result with { TotalDuration = options.TimeProvider.GetElapsedTime(begun) };
                telemetry.Ended(result.TokenCount, 0);
                return result;
            }
        }
        catch (Exception e)
        {
            telemetry.Failed(e);
            throw;
        }
    }

    private async ValueTask<Reply> ReadAsync(ReplyParts parts, EmbeddingRequest request, string model)
    {
        using Stream body = await parts.Response.Content.ReadAsStreamAsync(parts.Attempt.Token).ConfigureAwait(false);
        using JsonDocument json = await JsonDocument.ParseAsync(body, cancellationToken: parts.Attempt.Token).ConfigureAwait(false);
        EmbeddingResult result = protocol.ReadEmbeddings(json.RootElement, request, model);
        if (result.TokenCount > 0)
        {
            parts.Permit.Correct((int)result.TokenCount);
        }

        return new EmbeddingReply(parts, result);
    }
}
