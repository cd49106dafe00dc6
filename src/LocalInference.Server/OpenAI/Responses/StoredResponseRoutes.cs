using System.Text.Json;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI.Responses;

/// <summary>Responses that were made before: <c>GET</c> and <c>DELETE /v1/responses/ID</c>, and under it <c>input_items</c> and <c>cancel</c>.</summary>
internal sealed class StoredResponseRoutes(ResponseStore store)
{
    public const string IdParameter = "id";

    private const int MostItems = 100;
    private const int DefaultItems = 20;

    public Task FindAsync(HttpContext context) => JsonResponse.WriteRawAsync(context, Find(context).Document);

    public async Task DeleteAsync(HttpContext context)
    {
        string id = IdOf(context);
        StoredResponse response = store.Remove(id, ServerContext.OwnerOf(context)) ?? throw Missing(id);
        if (response.Run is { } run)
        {
            await run.StopAsync().ConfigureAwait(false);
        }

        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("object", "response");
            json.WriteBoolean("deleted", true);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>Stops a response that is made in the background; one that has ended stays as it is.</summary>
    public async Task CancelAsync(HttpContext context)
    {
        StoredResponse response = Find(context);
        BackgroundRun run = response.Run ?? throw RequestException.Bad("Only responses that are made in the background can be cancelled; the others end with their connection.", "background");
        await run.StopAsync().ConfigureAwait(false);
        await JsonResponse.WriteRawAsync(context, Find(context).Document).ConfigureAwait(false);
    }

    /// <summary>What a response answers, page by page; the latest item first unless <c>order</c> says otherwise.</summary>
    public Task ItemsAsync(HttpContext context)
    {
        StoredResponse response = Find(context);
        return ListPage.WriteAsync(context, [.. response.Input.Reverse()], DefaultItems, MostItems, IdOf, static (json, item) => item.WriteTo(json));
    }

    private StoredResponse Find(HttpContext context) => store.Find(IdOf(context), ServerContext.OwnerOf(context)) ?? throw Missing(IdOf(context));

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues[IdParameter]!;

    private static string IdOf(JsonElement item) => item.GetProperty("id").GetString()!;

    // Another key's response is as one that never was.
    private static RequestException Missing(string id) => RequestException.Missing("response", id, IdParameter);
}
