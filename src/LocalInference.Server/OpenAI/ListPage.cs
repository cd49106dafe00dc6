using System.Text.Json;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>Writes a list page by page, as the query says: <c>limit</c>, <c>order</c> (<c>desc</c>, or <c>asc</c>) and <c>after</c>, the id of the last item of the page before.</summary>
internal static class ListPage
{
    /// <summary>Writes the page that is asked for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="items">All items, the latest first.</param>
    /// <param name="common">How many a page has unless the query says.</param>
    /// <param name="most">How many it may say.</param>
    /// <param name="idOf">An item's id.</param>
    /// <param name="write">Writes an item.</param>
    public static Task WriteAsync<T>(HttpContext context, IReadOnlyList<T> items, int common, int most, Func<T, string> idOf, Action<Utf8JsonWriter, T> write)
    {
        IQueryCollection query = context.Request.Query;
        string? wanted = query["limit"];
        int limit = wanted is null ? common
            : int.TryParse(wanted, out int number) && number >= 1 && number <= most ? number
            : throw JsonFields.Wrong("limit", $"a number from 1 to {most}");
        IEnumerable<T> ordered = (string?)query["order"] switch
        {
            null or "desc" => items,
            "asc" => items.Reverse(),
            _ => throw JsonFields.Wrong("order", "asc or desc"),
        };
        if ((string?)query["after"] is { } after)
        {
            ordered = ordered.SkipWhile(item => idOf(item) != after).Skip(1);
        }

        T[] rest = [.. ordered];
        T[] page = rest[..Math.Min(limit, rest.Length)];
        return JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (T item in page)
            {
                write(json, item);
            }

            json.WriteEndArray();
            json.WriteString("first_id", page is [var first, ..] ? idOf(first) : null);
            json.WriteString("last_id", page is [.., var last] ? idOf(last) : null);
            json.WriteBoolean("has_more", rest.Length > page.Length);
            json.WriteEndObject();
        });
    }
}
