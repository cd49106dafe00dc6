using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="RemoteProvider.Generator"/>.</summary>
internal sealed class RemoteTextGenerator(ProviderOptions options, WireProtocol protocol, ProviderEndpoint endpoint, ModelSeries series) : ITextGenerator
{
    public TextGeneratorMetadata Metadata { get; } = new()
    {
        ProviderName = options.TelemetryName,
        ProviderUri = options.BaseAddress,
        DefaultModel = options.DefaultModel,
    };

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        string model = RemoteModelName.Of(request.Model, request.LocalOnly, options);
        using var telemetry = new RemoteRequestTelemetry(options, series, request.Input is ChatInput ? "chat" : "text_completion", model);
        AnswerReply reply = await OpenAsync(request, model, telemetry, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            while (await NextAsync(reply, telemetry).ConfigureAwait(false) is { } e)
            {
                yield return e;
            }
        }
    }

    private async ValueTask<AnswerReply> OpenAsync(GenerationRequest request, string model, RemoteRequestTelemetry telemetry, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlyMemory<byte> body = protocol.Write(request, model);
            long begun = options.TimeProvider.GetTimestamp();
            return (AnswerReply)await endpoint.SendAsync(new Exchange
            {
                Address = protocol.GenerationAddress(request),
                Body = body,
                Accept = protocol.IsEventStream ? "text/event-stream" : "application/x-ndjson",
                Model = model,
                EstimatedTokens = Exchange.Estimate(body, request.MaxTokens),
                Deadline = begun + (long)(options.Resilience.TotalTimeout.TotalSeconds * options.TimeProvider.TimestampFrequency),
                Caller = cancellationToken,
                Read = async parts => await AnswerReply.OpenAsync(parts, protocol, options, protocol.Parser(request, model), begun, cancellationToken).ConfigureAwait(false),
            }).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            telemetry.Failed(e);
            throw;
        }
    }

    private static async ValueTask<GenerationEvent?> NextAsync(AnswerReply reply, RemoteRequestTelemetry telemetry)
    {
        try
        {
            GenerationEvent? e = await reply.NextAsync().ConfigureAwait(false);
            switch (e)
            {
                case GenerationStarted started:
                    telemetry.Started(started);
                    break;
                case GenerationEnded ended:
                    telemetry.Ended(ended.Usage.PromptTokens, ended.Usage.GeneratedTokens);
                    break;
            }

            return e;
        }
        catch (Exception e)
        {
            telemetry.Failed(e);
            throw;
        }
    }
}
