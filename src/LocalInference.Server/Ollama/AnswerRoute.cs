using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary>What <c>/api/chat</c> and <c>/api/generate</c> have in common: how an answer is sent, and loading without one.</summary>
internal abstract class AnswerRoute(ServerContext server)
{
    protected ServerContext Server => server;

    /// <summary>Whether answers are messages.</summary>
    protected abstract bool IsChat { get; }

    /// <summary>Sends an answer whole or in pieces; what fails behind the first piece is told in the stream.</summary>
    protected async Task SendAsync(HttpContext context, OllamaRequest request, Func<Task<RunningAnswer>> begin)
    {
        var answer = new OllamaAnswer(request.Model, IsChat, server.Time);
        RunningAnswer running = await request.BeginAsync(begin, IsChat ? "chat" : "generate").ConfigureAwait(false);
        await using (running.ConfigureAwait(false))
        {
            if (!request.IsStreamed)
            {
                CollectedAnswer whole = await CollectedAnswer.ReadAsync(running).ConfigureAwait(false);
                await JsonResponse.WriteAsync(context, json => answer.WriteWhole(json, whole)).ConfigureAwait(false);
                return;
            }

            var stream = new EventStream(context, EventFraming.Lines);
            await using (stream.ConfigureAwait(false))
            {
                await server.Endpoint.StreamAsync(context, stream, () => running.SendAsync(e => answer.Write(e, stream), stream), fault => answer.Fail(stream, fault)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Loads the model, or unloads it if it is to be kept for no time; the answer is an empty one.</summary>
    protected async Task LoadAsync(HttpContext context, OllamaRequest request)
    {
        IModelLifetime lifetime = server.Get<IModelLifetime>("loading and unloading of models");
        bool unloads = request.KeepAlive == TimeSpan.Zero;
        if (unloads)
        {
            await server.RunAsync(context, token => lifetime.UnloadAsync(request.ResolvedModel, token)).ConfigureAwait(false);
        }
        else
        {
            await server.LoadAsync(context, lifetime, request.ResolvedModel, request.KeepAlive).ConfigureAwait(false);
        }

        var answer = new OllamaAnswer(request.Model, IsChat, server.Time);
        string reason = unloads ? "unload" : "load";
        if (!request.IsStreamed)
        {
            await JsonResponse.WriteAsync(context, json => answer.WriteEmpty(json, reason)).ConfigureAwait(false);
            return;
        }

        var stream = new EventStream(context, EventFraming.Lines);
        await using (stream.ConfigureAwait(false))
        {
            answer.WriteEmpty(stream.Begin(), reason);
            stream.End();
            await stream.FlushAsync().ConfigureAwait(false);
        }
    }
}
