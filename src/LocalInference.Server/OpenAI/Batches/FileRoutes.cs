using System.Text.Json;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary><c>/v1/files</c>: the requests of batches, and their answers.</summary>
internal sealed class FileRoutes(BatchStore store)
{
    public const string IdParameter = "id";

    private const int MostItems = 10_000;

    public async Task AddAsync(HttpContext context)
    {
        StoredFile file = await FileUpload.ReadAsync(context, store).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json => Write(json, file)).ConfigureAwait(false);
    }

    public Task ListAsync(HttpContext context)
    {
        string? purpose = context.Request.Query["purpose"];
        StoredFile[] files = [.. store.ListFiles(ServerContext.OwnerOf(context)).Where(file => purpose is null || file.Purpose == purpose)];
        return ListPage.WriteAsync(context, files, MostItems, MostItems, static file => file.Id, Write);
    }

    public Task FindAsync(HttpContext context)
    {
        StoredFile file = Find(context);
        return JsonResponse.WriteAsync(context, json => Write(json, file));
    }

    public async Task ContentAsync(HttpContext context)
    {
        StoredFile file = Find(context);
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = file.Bytes;
        await context.Response.SendFileAsync(store.ContentOf(file.Id), context.RequestAborted).ConfigureAwait(false);
    }

    public Task DeleteAsync(HttpContext context)
    {
        string id = IdOf(context);
        if (!store.RemoveFile(id, ServerContext.OwnerOf(context)))
        {
            throw Missing(id);
        }

        return JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("object", "file");
            json.WriteBoolean("deleted", true);
            json.WriteEndObject();
        });
    }

    private StoredFile Find(HttpContext context) => store.FindFile(IdOf(context), ServerContext.OwnerOf(context)) ?? throw Missing(IdOf(context));

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues[IdParameter]!;

    private static RequestException Missing(string id) => RequestException.Missing("file", id, IdParameter);

    private static void Write(Utf8JsonWriter json, StoredFile file) => JsonSerializer.Serialize(json, file, BatchJson.Default.StoredFile);
}
