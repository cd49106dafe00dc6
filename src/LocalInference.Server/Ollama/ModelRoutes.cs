using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary>What models there are: <c>GET /api/tags</c>, <c>GET /api/ps</c>.</summary>
internal sealed class ModelRoutes(ServerContext server)
{
    // Go's longest duration, which Ollama adds to the time of a model that stays for ever.
    private static readonly TimeSpan s_forever = TimeSpan.FromTicks(long.MaxValue / TimeSpan.NanosecondsPerTick);

    public async Task TagsAsync(HttpContext context)
    {
        IReadOnlyList<ModelDescription> models = await server.Models.ListAsync(context.RequestAborted).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (ModelDescription model in models.OrderByDescending(static model => model.ModifiedAt))
            {
                json.WriteStartObject();
                ModelFields.Identity(json, model.Name, model);
                json.WriteString("modified_at", ModelFields.ModifiedAt(model));
                json.WriteNumber("size", model.SizeInBytes ?? 0);
                ModelFields.Details(json, model);
                ModelFields.Capabilities(json, model.Capabilities);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public async Task LoadedAsync(HttpContext context)
    {
        var loaded = new List<(LoadedModel State, ModelDescription? Model)>();
        foreach (LoadedModel model in server.Find<IRuntimeStatus>()?.GetLoadedModels() ?? [])
        {
            loaded.Add((model, await server.Models.FindAsync(model.Name, context.RequestAborted).ConfigureAwait(false)));
        }

        DateTimeOffset forever = server.Time.GetUtcNow() + s_forever;
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach ((LoadedModel state, ModelDescription? model) in loaded.OrderByDescending(pair => pair.State.ExpiresAt ?? forever))
            {
                json.WriteStartObject();
                ModelFields.Identity(json, state.Name, model);
                json.WriteNumber("size", state.SizeInBytes ?? 0);
                ModelFields.Details(json, model);
                json.WriteString("expires_at", (state.ExpiresAt ?? forever).UtcDateTime);
                json.WriteNumber("size_vram", state.GpuBytes);
                json.WriteNumber("context_length", state.ContextLength);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
