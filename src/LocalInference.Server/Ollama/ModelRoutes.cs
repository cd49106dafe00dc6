using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary>What models there are: <c>GET /api/tags</c>, <c>GET /api/ps</c>, <c>POST /api/show</c>.</summary>
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

    public async Task ShowAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        string name = OllamaModel.Read(body.Fields) ?? throw OllamaModel.Required();
        ModelDescription model = await server.Models.FindAsync(name, context.RequestAborted).ConfigureAwait(false) ?? throw OllamaModel.NotFound(name);
        bool verbose = body.Fields.Truth("verbose") ?? false;
        await JsonResponse.WriteAsync(context, json => Show(json, model, verbose)).ConfigureAwait(false);
    }

    private static void Show(Utf8JsonWriter json, ModelDescription model, bool verbose)
    {
        json.WriteStartObject();
        json.WriteString("license", string.Join('\n', model.Licenses));
        json.WriteString("modelfile", ModelfileText.Of(model));
        json.WriteString("parameters", ModelfileText.Parameters(model.Sampling));
        json.WriteString("template", model.Template?.Source ?? "");
        json.WriteString("system", model.System ?? "");
        ModelFields.Details(json, model);
        json.WriteStartObject("model_info");
        foreach ((string key, JsonElement value) in ModelFields.Metadata(model))
        {
            // As Ollama: the template stands above, and arrays are shown only to who asks for all.
            if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && !verbose)
            {
                json.WriteNull(key);
            }
            else
            {
                json.WritePropertyName(key);
                value.WriteTo(json);
            }
        }

        json.WriteEndObject();
        ModelFields.Capabilities(json, model.Capabilities);
        json.WriteString("modified_at", ModelFields.ModifiedAt(model));
        json.WriteEndObject();
    }
}
