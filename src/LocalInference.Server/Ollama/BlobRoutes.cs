using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LocalInference.Server.Ollama;

/// <summary><c>HEAD</c> and <c>POST /api/blobs/DIGEST</c>: the files that models are made of.</summary>
internal sealed class BlobRoutes(ServerContext server)
{
    /// <summary>The route's parameter with the digest.</summary>
    public const string DigestParameter = "digest";

    public Task FindAsync(HttpContext context)
    {
        context.Response.StatusCode = Store.HasBlob(DigestOf(context)) ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    public async Task AddAsync(HttpContext context)
    {
        // A model is as large as it is; the store looks whether the disk has room.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        bool isNew = await Store.AddBlobAsync(DigestOf(context), context.Request.Body, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
    }

    private IModelStore Store => server.Get<IModelStore>("changes of its models");

    private static string DigestOf(HttpContext context) => (string)context.Request.RouteValues[DigestParameter]!;
}
