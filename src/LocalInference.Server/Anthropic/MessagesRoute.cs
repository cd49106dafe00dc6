using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Anthropic;

/// <summary><c>POST /v1/messages</c>.</summary>
internal sealed class MessagesRoute(ServerContext server)
{
    // A long prompt takes minutes on a processor; proxies give up a silent connection after one.
    private static readonly TimeSpan s_pingInterval = TimeSpan.FromSeconds(15);

    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        AnthropicRequest request = await AnthropicRequest.ReadAsync(server, fields, context.RequestAborted).ConfigureAwait(false);
        request = request with
        {
            Generation = request.Generation with
            {
                MaxTokens = fields.Integer("max_tokens") switch
                {
                    null => throw RequestException.Bad("max_tokens is required", "max_tokens"),
                    > 0 and var most => most,
                    _ => throw JsonFields.Wrong("max_tokens", "more than 0"),
                },
            },
        };
        bool isStreamed = fields.Truth("stream") ?? false;
        var answer = new MessageAnswer(request);
        RunningAnswer running = await server.BeginAsync(context, request.Generation).ConfigureAwait(false);
        await using (running.ConfigureAwait(false))
        {
            if (!isStreamed)
            {
                CollectedAnswer whole = await CollectedAnswer.ReadAsync(running).ConfigureAwait(false);
                await JsonResponse.WriteAsync(context, json => answer.WriteWhole(json, whole)).ConfigureAwait(false);
                return;
            }

            var stream = new EventStream(context, EventFraming.ServerSentEvents);
            await using (stream.ConfigureAwait(false))
            {
                await server.Endpoint.StreamAsync(context, stream, () => StreamAsync(request, running, answer, stream, context.RequestAborted), fault => MessageAnswer.Fail(stream, fault)).ConfigureAwait(false);
            }
        }
    }

    private async Task StreamAsync(AnthropicRequest request, RunningAnswer running, MessageAnswer answer, EventStream stream, CancellationToken cancellationToken)
    {
        // Clients show the prompt's tokens from the first event on. They are counted while the engine reads the prompt, and with the model that
        // answers: another one may have to be loaded for it.
        answer.Begin(stream, await CountAsync(request.Generation with { Model = running.Started.Route?.Model ?? request.Generation.Model }, cancellationToken).ConfigureAwait(false));
        MessageAnswer.Ping(stream);
        await stream.FlushAsync().ConfigureAwait(false);
        await running.WaitAsync(s_pingInterval, server.Time, async () =>
        {
            MessageAnswer.Ping(stream);
            await stream.FlushAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        await running.SendAsync(e => answer.Write(stream, e), stream).ConfigureAwait(false);
    }

    private async Task<int> CountAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        if (server.Find<ITokenCounter>() is not { } counter)
        {
            return 0;
        }

        try
        {
            return (await counter.CountTokensAsync(request, cancellationToken).ConfigureAwait(false)).Tokens;
        }
        catch (LocalInferenceException)
        {
            // The answer is on its way already, and tells at its end what the prompt took.
            return 0;
        }
    }
}
