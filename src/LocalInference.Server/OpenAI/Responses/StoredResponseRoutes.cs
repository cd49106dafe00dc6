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
        IQueryCollection query = context.Request.Query;
        string? wanted = query["limit"];
        int limit = wanted is null ? DefaultItems
            : int.TryParse(wanted, out int number) && number is >= 1 and <= MostItems ? number
            : throw JsonFields.Wrong("limit", $"a number from 1 to {MostItems}");
        IEnumerable<JsonElement> items = (string?)query["order"] switch
        {
            null or "desc" => response.Input.Reverse(),
            "asc" => response.Input,
            _ => throw JsonFields.Wrong("order", "asc or desc"),
        };
        if ((string?)query["after"] is { } after)
        {
            items = items.SkipWhile(item => IdOf(item) != after).Skip(1);
        }

        JsonElement[] rest = [.. items];
        JsonElement[] page = rest[..Math.Min(limit, rest.Length)];
        return JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (JsonElement item in page)
            {
                item.WriteTo(json);
            }

            json.WriteEndArray();
            json.WriteString("first_id", page is [var first, ..] ? IdOf(first) : null);
            json.WriteString("last_id", page is [.., var last] ? IdOf(last) : null);
            json.WriteBoolean("has_more", rest.Length > page.Length);
            json.WriteEndObject();
        });
    }

    private StoredResponse Find(HttpContext context) => store.Find(IdOf(context), ServerContext.OwnerOf(context)) ?? throw Missing(IdOf(context));

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues[IdParameter]!;

    private static string? IdOf(JsonElement item) => item.GetProperty("id").GetString();

    // Another key's response is as one that never was.
    private static RequestException Missing(string id) =>
        new(new Fault(FaultKind.ModelNotFound, $"Response with id '{id}' not found.") { Code = "response_not_found", Parameter = IdParameter });
}
