using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;
using Endpoint = LocalInference.Server.Http.Endpoint;

namespace LocalInference.Server.Operation;

/// <summary>Refuses requests when the server is to end. What tells of the server itself stays open.</summary>
internal sealed class RequestDrainMiddleware(RequestDelegate next, RequestDrain drain, Func<WireProtocol, Endpoint> endpointOf)
{
    public Task InvokeAsync(HttpContext context) => IsOperational(context) ? next(context) : endpointOf(CallersProtocol.Of(context)).Of(AdmitAsync)(context);

    private async Task AdmitAsync(HttpContext context)
    {
        if (!drain.TryBegin())
        {
            context.Response.Headers.Connection = "close";
            throw RequestException.Stopping();
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            drain.End();
        }
    }

    private static bool IsOperational(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RouteDescription>() is { Protocol: null };
}
