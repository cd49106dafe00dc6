using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Http;

/// <summary>Writes a whole answer at once.</summary>
internal static class JsonResponse
{
    // Text in any script stays legible and short. This encoder is unsafe only inside HTML, which nothing here is.
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Sends JSON that is written already.</summary>
    public static async Task WriteRawAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = json.Length;
        await context.Response.BodyWriter.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Writes JSON into the response's own buffers.</summary>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        await response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        var json = new Utf8JsonWriter(response.BodyWriter, WriterOptions);
        await using (json.ConfigureAwait(false))
        {
            write(json);
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
