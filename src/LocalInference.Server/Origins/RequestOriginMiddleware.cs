using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LocalInference.Server.Origins;

/// <summary>Refuses requests that pages of other sites send, and tells browsers what pages of allowed ones may do.</summary>
internal sealed class RequestOriginMiddleware(RequestDelegate next, OriginRules rules)
{
    // How long a browser may remember what it was told.
    private const string PreflightSeconds = "43200";

    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;

        // Behind a public address, names are the operator's business, as long as no page comes with them; on this machine's own, they are how
        // other sites get in.
        bool isLocal = context.Connection.LocalIpAddress is not { } address || IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        string? origin = request.Headers.Origin;
        if ((isLocal && !rules.AllowsHost(request.Host.Host)) || (!string.IsNullOrEmpty(origin) && !rules.AllowsOrigin(origin, request.Host)))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        if (string.IsNullOrEmpty(origin))
        {
            return next(context);
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Append("Vary", "Origin");
        StringValues method = request.Headers.AccessControlRequestMethod;
        if (!HttpMethods.IsOptions(request.Method) || StringValues.IsNullOrEmpty(method))
        {
            // Ids of requests, who answered, what is left of limits: a page that may read an answer may read all of these.
            headers.AccessControlExposeHeaders = "*";
            return next(context);
        }

        // A page that may use the server may send what headers it likes: SDKs invent new ones with every release.
        headers.AccessControlAllowMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
        headers.AccessControlAllowHeaders = request.Headers.AccessControlRequestHeaders;
        headers.AccessControlMaxAge = PreflightSeconds;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
