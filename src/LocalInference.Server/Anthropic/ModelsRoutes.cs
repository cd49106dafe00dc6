using System.Globalization;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Anthropic;

/// <summary><c>GET /v1/models</c>, in pages, and <c>GET /v1/models/NAME</c>.</summary>
internal sealed class ModelsRoutes(ServerContext server)
{
    private const int DefaultPage = 20;
    private const int LargestPage = 1000;

    public async Task ListAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        int limit = Limit(query["limit"]);
        IReadOnlyList<ModelDescription> all = await server.Models.ListAsync(context.RequestAborted).ConfigureAwait(false);
        int first = query["after_id"] is [{ } after] ? IndexOf(all, after, "after_id") + 1 : 0;
        int end = query["before_id"] is [{ } before] ? IndexOf(all, before, "before_id") : all.Count;
        bool isBackwards = query.ContainsKey("before_id");
        ModelDescription[] between = [.. all.Take(end).Skip(first)];
        ModelDescription[] page = [.. isBackwards ? between.TakeLast(limit) : between.Take(limit)];
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (ModelDescription model in page)
            {
                Write(json, model);
            }

            json.WriteEndArray();
            json.WriteBoolean("has_more", page.Length < between.Length);
            json.WriteString("first_id", page.FirstOrDefault()?.Name);
            json.WriteString("last_id", page.LastOrDefault()?.Name);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public async Task FindAsync(HttpContext context, string name)
    {
        ModelDescription model = await server.Models.FindAsync(name, context.RequestAborted).ConfigureAwait(false) ?? throw RequestException.ModelNotFound(name);
        await JsonResponse.WriteAsync(context, json => Write(json, model)).ConfigureAwait(false);
    }

    private static int Limit(string? text) => text is null ? DefaultPage
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit is >= 1 and <= LargestPage ? limit
        : throw JsonFields.Wrong("limit", $"a number from 1 to {LargestPage}");

    private static int IndexOf(IReadOnlyList<ModelDescription> models, string name, string parameter)
    {
        for (int i = 0; i < models.Count; i++)
        {
            if (models[i].Name == name)
            {
                return i;
            }
        }

        throw JsonFields.Wrong(parameter, "the id of a model");
    }

    private static void Write(Utf8JsonWriter json, ModelDescription model)
    {
        json.WriteStartObject();
        json.WriteString("type", "model");
        json.WriteString("id", model.Name);
        json.WriteString("display_name", model.Name);
        json.WriteString("created_at", (model.ModifiedAt ?? DateTimeOffset.UnixEpoch).UtcDateTime);
        json.WriteEndObject();
    }
}
