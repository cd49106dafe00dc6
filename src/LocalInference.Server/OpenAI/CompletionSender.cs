using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>Sends the answers of OpenAI's routes: as one object, or as server-sent events, of which <c>[DONE]</c> is always the last one, behind an error too.</summary>
internal static class CompletionSender
{
    private static readonly OpenAIProtocol s_protocol = new();

    /// <summary>Sends answers, and ends them.</summary>
    public static async Task SendAsync(ServerContext server, HttpContext context, RunningAnswers running, ICompletionAnswer answer, bool isStreamed)
    {
        await using (running.ConfigureAwait(false))
        {
            if (isStreamed)
            {
                await StreamAsync(server, context, running, answer).ConfigureAwait(false);
                return;
            }

            CollectedAnswer[] answers = await running.CollectAsync().ConfigureAwait(false);
            await JsonResponse.WriteAsync(context, json => answer.WriteWhole(json, answers)).ConfigureAwait(false);
        }
    }

    private static async Task StreamAsync(ServerContext server, HttpContext context, RunningAnswers running, ICompletionAnswer answer)
    {
        var stream = new EventStream(context, EventFraming.ServerSentEvents);
        await using (stream.ConfigureAwait(false))
        {
            await server.Endpoint.StreamAsync(context, stream, SendAsync, Fail).ConfigureAwait(false);

            async Task SendAsync()
            {
                for (int i = 0; i < running.All.Count; i++)
                {
                    answer.Begin(stream, i);
                }

                await running.SendAsync((index, e) => answer.Write(stream, index, e), stream).ConfigureAwait(false);
                answer.End(stream);
                stream.Write("data: [DONE]\n\n"u8);
            }

            void Fail(Fault fault)
            {
                s_protocol.WriteError(stream.Begin(), fault);
                stream.End();
                stream.Write("data: [DONE]\n\n"u8);
            }
        }
    }
}
