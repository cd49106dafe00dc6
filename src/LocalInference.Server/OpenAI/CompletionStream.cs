using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>Sends answers as OpenAI's server-sent events. <c>[DONE]</c> is always the last one, behind an error too.</summary>
internal static class CompletionStream
{
    private static readonly OpenAIProtocol s_protocol = new();

    public static async Task SendAsync(ServerContext server, HttpContext context, RunningAnswers running, ICompletionAnswer answer)
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
