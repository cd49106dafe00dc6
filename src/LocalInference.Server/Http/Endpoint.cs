using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LocalInference.Server.Http;

/// <summary>Runs the handlers of a protocol, and tells callers what went wrong in the protocol's own form.</summary>
internal sealed partial class Endpoint(WireProtocol protocol, ILogger log)
{
    /// <summary>The status of a request that was given up, as nginx logs it and Ollama answers it: nobody reads it.</summary>
    public const int ClientClosedRequest = 499;

    /// <summary>A handler that answers every failure.</summary>
    public RequestDelegate Of(RequestDelegate handler) => context => RunAsync(context, handler);

    /// <summary>What the caller is told of a failure, which is logged if it is the server's.</summary>
    public Fault Report(HttpContext context, Exception exception) => Report(context.Request.Path, context.TraceIdentifier, exception);

    /// <inheritdoc cref="Report(HttpContext, Exception)"/>
    public Fault Report(string path, string requestId, Exception exception)
    {
        Fault fault = Fault.Of(exception) with { RequestId = requestId };
        if (fault.Kind is FaultKind.Internal or FaultKind.ModelFailed)
        {
            Log.RequestFailed(log, exception, path, requestId, fault.Kind);
        }

        return fault;
    }

    /// <summary>Sends a stream; what fails once it has begun is written into it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="send">Writes and sends it.</param>
    /// <param name="fail">Writes its end when that failed.</param>
    public async Task StreamAsync(HttpContext context, EventStream stream, Func<Task> send, Action<Fault> fail)
    {
        try
        {
            await send().ConfigureAwait(false);
        }
        catch (Exception e) when (stream.IsBegun && !HasLeft(context, e))
        {
            fail(Report(context, e));
        }

        await stream.FlushAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(HttpContext context, RequestDelegate handler)
    {
        try
        {
            await handler(context).ConfigureAwait(false);
        }
        catch (Exception e) when (HasLeft(context, e))
        {
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ClientClosedRequest;
            }
        }
#pragma warning disable CA1031 // The last line of defence: every failure is answered in the protocol's form.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fault fault = Report(context, e);
            if (context.Response.HasStarted)
            {
                // The answer is broken off within a JSON object: only an aborted connection can say so.
                context.Abort();
                return;
            }

            if (fault.RetryAfter is { } wait)
            {
                context.Response.Headers.RetryAfter = $"{Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds))}";
            }

            await JsonResponse.WriteAsync(context, json => protocol.WriteError(json, fault), fault.Status).ConfigureAwait(false);
        }
    }

    private static bool HasLeft(HttpContext context, Exception e) => e is ReaderLeftException || context.RequestAborted.IsCancellationRequested;

    private static partial class Log
    {
        [LoggerMessage(400, LogLevel.Error, "{Path} ({RequestId}) failed: {Kind}")]
        public static partial void RequestFailed(ILogger logger, Exception error, string path, string requestId, FaultKind kind);
    }
}
