using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/NAME</c>.</summary>
internal sealed class ModelsRoutes(ServerContext server)
{
    public async Task ListAsync(HttpContext context)
    {
        IReadOnlyList<ModelDescription> models = await server.Models.ListAsync(context.RequestAborted).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (ModelDescription model in models)
            {
                Write(json, model);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public async Task FindAsync(HttpContext context, string name)
    {
        ModelDescription model = await server.Models.FindAsync(name, context.RequestAborted).ConfigureAwait(false) ?? throw RequestException.ModelNotFound(name);
        await JsonResponse.WriteAsync(context, json => Write(json, model)).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, ModelDescription model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Name);
        json.WriteString("object", "model");
        json.WriteNumber("created", (model.ModifiedAt ?? DateTimeOffset.UnixEpoch).ToUnixTimeSeconds());
        json.WriteString("owned_by", "library");
        json.WriteEndObject();
    }
}
