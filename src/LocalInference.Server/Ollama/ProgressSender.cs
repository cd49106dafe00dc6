using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using LocalInference.Server.Operation;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary>Runs what changes the store, and tells the client how far it is: line by line, or the end alone.</summary>
internal static class ProgressSender
{
    private static readonly OllamaProtocol s_protocol = new();

    /// <summary>Runs it. Who leaves ends it, and so does the server when it ends itself.</summary>
    /// <param name="server">Answers failures.</param>
    /// <param name="context">The request.</param>
    /// <param name="isStreamed">Whether each step is told.</param>
    /// <param name="work">What is done; its last report is <c>success</c>.</param>
    public static async Task SendAsync(ServerContext server, HttpContext context, bool isStreamed, Func<IProgress<StoreProgress>?, CancellationToken, Task> work)
    {
        if (!isStreamed)
        {
            await RunAsync(server, context, token => work(null, token), CancellationToken.None).ConfigureAwait(false);
            await JsonResponse.WriteAsync(context, static json => Write(json, new StoreProgress("success"))).ConfigureAwait(false);
            return;
        }

        var stream = new EventStream(context, EventFraming.Lines);
        await using (stream.ConfigureAwait(false))
        {
            await server.Endpoint.StreamAsync(context, stream, () => StreamAsync(server, context, stream, work), Fail).ConfigureAwait(false);
        }

        void Fail(Fault fault)
        {
            s_protocol.WriteError(stream.Begin(), fault);
            stream.End();
        }
    }

    private static async Task StreamAsync(ServerContext server, HttpContext context, EventStream stream, Func<IProgress<StoreProgress>?, CancellationToken, Task> work)
    {
        var queue = new ProgressQueue();
        using var leaving = new CancellationTokenSource();
        Task working = ReportAsync();
        try
        {
            while (await queue.TakeAsync().ConfigureAwait(false) is { } reports)
            {
                foreach (StoreProgress report in reports)
                {
                    Write(stream.Begin(), report);
                    stream.End();
                }

                await stream.FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await leaving.CancelAsync().ConfigureAwait(false);
            await working.ConfigureAwait(false);
        }

        async Task ReportAsync()
        {
            try
            {
                await RunAsync(server, context, token => work(queue, token), leaving.Token).ConfigureAwait(false);
                queue.Complete(failure: null);
            }
#pragma warning disable CA1031 // Thrown again where the reports are read.
            catch (Exception e)
#pragma warning restore CA1031
            {
                queue.Complete(e);
            }
        }
    }

    private static async Task RunAsync(ServerContext server, HttpContext context, Func<CancellationToken, Task> work, CancellationToken left)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, left, server.Over);
        try
        {
            await work(stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (RequestDrain.HasEnded(e, context.RequestAborted, server.Over))
        {
            throw RequestException.Stopping();
        }
    }

    private static void Write(Utf8JsonWriter json, StoreProgress report)
    {
        json.WriteStartObject();
        json.WriteString("status", report.Status);
        if (report.Digest is { } digest)
        {
            json.WriteString("digest", digest);
        }

        if (report.Total is { } total)
        {
            json.WriteNumber("total", total);
        }

        if (report.Completed is { } completed)
        {
            json.WriteNumber("completed", completed);
        }

        // Ollama's clients count for themselves, and pass over what they do not know.
        if (report.BytesPerSecond is { } rate)
        {
            json.WriteNumber("bytes_per_second", rate);
        }

        if (report.TimeLeft is { } left)
        {
            json.WriteNumber("seconds_left", Math.Round(left.TotalSeconds, 1));
        }

        json.WriteEndObject();
    }
}
