using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LocalInference.Server.Http;

/// <summary>
/// A request that comes on no connection of its own, such as a message on a socket or a line of a batch, for the handlers that answer
/// those that do: what is right for a route is right for it too.
/// </summary>
internal static class InnerRequest
{
    /// <summary>Puts one together.</summary>
    /// <param name="path">The route, for logs.</param>
    /// <param name="body">The request's JSON.</param>
    /// <param name="answer">Takes what is answered.</param>
    /// <param name="aborted">Says that nobody wants the answer any more.</param>
    public static HttpContext Create(string path, byte[] body, IHttpResponseBodyFeature answer, CancellationToken aborted)
    {
        var context = new DefaultHttpContext { RequestAborted = aborted };
        context.Features.Set(answer);
        context.Request.Method = HttpMethods.Post;
        context.Request.Path = path;
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = body.Length;
        context.Request.Body = new MemoryStream(body, writable: false);
        return context;
    }
}
