using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using LocalInference.Server.Keys;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace LocalInference.Server.OpenAI.Responses;

/// <summary><c>POST /v1/responses</c>: an answer that the server keeps, so that a conversation can go on from it.</summary>
internal sealed class ResponsesRoute(ServerContext server, ResponseStore store)
{
    // In the background nobody holds a connection, which would otherwise bound them.
    private const int MostBackgroundRuns = 64;

    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(5);

    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        ResponseRequest request = await ResponseRequest.ReadAsync(server, body.Fields, context.RequestAborted).ConfigureAwait(false);
        string? owner = ServerContext.OwnerOf(context);
        StoredResponse? previous = request.PreviousId is { } id ? store.Find(id, owner) ?? throw PreviousMissing(id) : null;
        IReadOnlyList<JsonElement> own = InputItems.Read(body.Fields, item => store.FindItem(item, owner));
        JsonElement[] input = [.. previous?.Input ?? [], .. previous?.Output ?? [], .. own];
        GenerationRequest generation = request.Generation with { Input = (ChatInput)request.Generation.Input with { Messages = ResponseConversation.Read(request.Instructions, input) } };
        generation = await ChatMlFallback.ApplyAsync(server, generation, context.RequestAborted).ConfigureAwait(false);
        var kept = new StoredResponse { Id = "", Owner = owner, Input = input, Document = default, Bytes = (previous?.Bytes ?? 0) + own.Sum(static item => (long)item.GetRawText().Length) };
        if (request.IsBackground)
        {
            await BeginBackgroundAsync(context, request, generation, kept).ConfigureAwait(false);
            return;
        }

        RunningAnswer running = await server.BeginAsync(context, generation).ConfigureAwait(false);
        await using (running.ConfigureAwait(false))
        {
            if (request.IsStreamed)
            {
                await StreamAsync(context, request, running, kept).ConfigureAwait(false);
                return;
            }

            var response = new ResponseBuilder(request, server.Time.GetUtcNow(), stream: null);
            await ReadAsync(running, response).ConfigureAwait(false);
            Keep(request, response, kept);
            await JsonResponse.WriteAsync(context, response.Write).ConfigureAwait(false);
        }
    }

    private async Task StreamAsync(HttpContext context, ResponseRequest request, RunningAnswer running, StoredResponse kept)
    {
        var stream = new EventStream(context, EventFraming.ServerSentEvents);
        await using (stream.ConfigureAwait(false))
        {
            var response = new ResponseBuilder(request, server.Time.GetUtcNow(), stream);
            bool isKept = false;
            await server.Endpoint.StreamAsync(context, stream, SendAsync, Fail).ConfigureAwait(false);

            async Task SendAsync()
            {
                response.Begin();
                await running.SendAsync(
                    e =>
                    {
                        // Kept before its end is told: whoever reads that may go on from it at once.
                        response.Add(e);
                        if (e is GenerationEnded)
                        {
                            isKept = true;
                            Keep(request, response, kept);
                        }
                    },
                    stream).ConfigureAwait(false);
            }

            // What fails behind the end changes nothing of what was told.
            void Fail(Fault fault)
            {
                if (!isKept)
                {
                    response.Fail(fault);
                    Keep(request, response, kept);
                }
            }
        }
    }

    private async Task BeginBackgroundAsync(HttpContext context, ResponseRequest request, GenerationRequest generation, StoredResponse kept)
    {
        if (store.RunningCount >= MostBackgroundRuns)
        {
            throw new RequestException(new Fault(FaultKind.Busy, $"{MostBackgroundRuns} responses are made in the background. Try again when one has ended.") { Code = "busy", RetryAfter = s_retryAfter });
        }

        var response = new ResponseBuilder(request, server.Time.GetUtcNow(), stream: null);
        ITextGenerator generator = server.GeneratorOf(context);
        generation = ServerContext.Confine(context, generation);
        string path = context.Request.Path, trace = context.TraceIdentifier;
        ReadOnlyMemory<byte> begun = response.Document;
        StoredResponse first = kept with { Id = response.Id, Document = begun };
        KeyHolder? holder = context.Features.Get<KeyHolder>();
        CancellationToken stopping = server.Find<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        var run = new BackgroundRun(CancellationTokenSource.CreateLinkedTokenSource(stopping), RunAsync);
        first = first with { Run = run };
        holder?.Hold();
        store.Add(first);
        run.Start();
        await JsonResponse.WriteRawAsync(context, begun).ConfigureAwait(false);

        async Task RunAsync(CancellationToken cancellationToken)
        {
            try
            {
                RunningAnswer running = await RunningAnswer.BeginAsync(generator, generation, cancellationToken).ConfigureAwait(false);
                await using (running.ConfigureAwait(false))
                {
                    await ReadAsync(running, response).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                response.Cancel();
            }
#pragma warning disable CA1031 // Nobody waits for it: the response itself says what went wrong.
            catch (Exception e)
#pragma warning restore CA1031
            {
                response.Fail(server.Endpoint.Report(path, trace, e));
            }

            holder?.End();
            store.Replace(Finished(response, first));
        }
    }

    private static Task ReadAsync(RunningAnswer running, ResponseBuilder response) => running.ReadAsync(e =>
    {
        response.Add(e);
        return default;
    });

    private void Keep(ResponseRequest request, ResponseBuilder response, StoredResponse kept)
    {
        if (request.IsStored)
        {
            store.Add(Finished(response, kept));
        }
    }

    private static StoredResponse Finished(ResponseBuilder response, StoredResponse kept)
    {
        ReadOnlyMemory<byte> document = response.Document;
        return kept with { Id = response.Id, Output = response.Output, Document = document, Bytes = kept.Bytes + document.Length };
    }

    private static RequestException PreviousMissing(string id) => new(new Fault(FaultKind.BadRequest, $"Previous response with id '{id}' not found.")
    {
        Code = "previous_response_not_found",
        Parameter = "previous_response_id",
        Value = id,
    });
}
