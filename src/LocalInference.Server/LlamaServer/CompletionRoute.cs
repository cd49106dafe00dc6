using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary><c>POST /completion</c> and <c>POST /completions</c>: a prompt is continued without any chat template.</summary>
internal sealed class CompletionRoute(ServerContext server)
{
    private static readonly LlamaServerProtocol s_protocol = new();

    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        LlamaServerRequest request = await LlamaServerRequest.ReadAsync(server, fields, context.RequestAborted).ConfigureAwait(false);
        IReadOnlyList<CompletionPrompt> prompts = await new PromptReader(server, request.Model).ReadAsync(fields, context.RequestAborted).ConfigureAwait(false);
        RunningAnswers.Check(prompts.Count, request.Count);
        await SendAsync(server, context, request, prompts).ConfigureAwait(false);
    }

    /// <summary>Answers prompts: with an object, or an array of them if there are several answers, or with events, of which each answer's last one has <c>stop</c>.</summary>
    public static async Task SendAsync(ServerContext server, HttpContext context, LlamaServerRequest request, IReadOnlyList<CompletionPrompt> prompts)
    {
        CompletionResult[] results = [.. prompts.SelectMany(prompt => Enumerable.Repeat(prompt.Text, request.Count)).Select((text, index) => new CompletionResult(request, text, index, server.Time))];
        RunningAnswers running = await RunningAnswers.BeginAsync(
            prompts.SelectMany(prompt => RunningAnswers.RequestsOf(request.Generation with { Input = prompt.Input }, request.Count)),
            one => server.BeginAsync(context, one)).ConfigureAwait(false);
        await using (running.ConfigureAwait(false))
        {
            if (!request.IsStreamed)
            {
                await SendWholeAsync(context, running, results).ConfigureAwait(false);
                return;
            }

            var stream = new EventStream(context, EventFraming.ServerSentEvents);
            await using (stream.ConfigureAwait(false))
            {
                await server.Endpoint.StreamAsync(context, stream, () => running.SendAsync((index, e) => results[index].Write(stream, e), stream), fault =>
                {
                    s_protocol.WriteError(stream.Begin(), fault);
                    stream.End();
                }).ConfigureAwait(false);
            }
        }
    }

    private static async Task SendWholeAsync(HttpContext context, RunningAnswers running, CompletionResult[] results)
    {
        CollectedAnswer[] answers = await running.CollectAsync().ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json =>
        {
            if (answers is [var only])
            {
                results[0].WriteWhole(json, only);
                return;
            }

            json.WriteStartArray();
            for (int i = 0; i < answers.Length; i++)
            {
                results[i].WriteWhole(json, answers[i]);
            }

            json.WriteEndArray();
        }).ConfigureAwait(false);
    }
}
