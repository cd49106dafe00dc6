using System.Reflection;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>What llama-server tells of itself: <c>GET /health</c>, <c>/props</c>, <c>/slots</c> and <c>/lora-adapters</c>. Nothing of it can be changed by these routes.</summary>
internal sealed class StateRoutes(ServerContext server)
{
    public static Task HealthAsync(HttpContext context) => JsonResponse.WriteAsync(context, static json =>
    {
        json.WriteStartObject();
        json.WriteString("status", "ok");
        json.WriteEndObject();
    });

    public async Task PropertiesAsync(HttpContext context)
    {
        string name = await LlamaServerModel.ReadAsync(server, context).ConfigureAwait(false);
        ModelDescription? model = await server.Models.FindAsync(name, context.RequestAborted).ConfigureAwait(false);
        LoadedModel? loaded = Loaded.FirstOrDefault(one => one.Name == name);
        string begin = loaded is null ? "" : await TokenAsync(model, "bos", context.RequestAborted).ConfigureAwait(false);
        string end = loaded is null ? "" : await TokenAsync(model, "eos", context.RequestAborted).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("default_generation_settings");
            json.WritePropertyName("params");
            GenerationSettings.WriteDefaults(json, (model?.Sampling ?? SamplingOverrides.None).Over(new SamplingOptions()));
            json.WriteNumber("n_ctx", loaded?.ContextLength ?? model?.ContextLength ?? 0);
            json.WriteEndObject();
            json.WriteNumber("total_slots", loaded is null ? 1 : SlotsOf(loaded));
            json.WriteString("model_alias", name);
            json.WriteString("model_ftype", model?.Quantization ?? "");

            // Where it lies on the disk is nobody's business.
            json.WriteString("model_path", name);
            json.WriteStartObject("modalities");
            json.WriteBoolean("vision", model?.Capabilities.HasFlag(ModelCapabilities.Vision) == true);
            json.WriteBoolean("audio", false);
            json.WriteEndObject();
            json.WriteBoolean("endpoint_slots", true);
            json.WriteBoolean("endpoint_props", false);
            json.WriteString("chat_template", model?.Template?.Source ?? "");
            json.WriteString("bos_token", begin);
            json.WriteString("eos_token", end);
            json.WriteString("build_info", $"localinference {typeof(StateRoutes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
            json.WriteBoolean("is_sleeping", loaded is null);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>A busy slot for each request that runs, and an idle one of each model that has room for another.</summary>
    public async Task SlotsAsync(HttpContext context)
    {
        if (!string.IsNullOrEmpty(context.Request.Query["fail_on_no_slot"]) && Loaded.Count > 0 && Loaded.All(static model => model.WaitingRequests > 0))
        {
            throw new RequestException(new Fault(FaultKind.Busy, "no slot available"));
        }

        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            int slot = 0;
            foreach (LoadedModel model in Loaded)
            {
                for (int i = 0; i < SlotsOf(model); i++)
                {
                    json.WriteStartObject();
                    json.WriteNumber("id", slot++);
                    json.WriteString("model", model.Name);
                    json.WriteNumber("n_ctx", model.ContextLength);
                    json.WriteBoolean("speculative", false);
                    json.WriteBoolean("is_processing", i < model.RunningRequests);
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    public async Task AdaptersAsync(HttpContext context)
    {
        string model = await LlamaServerModel.ReadAsync(server, context).ConfigureAwait(false);
        IReadOnlyList<string> adapters = LoraAdapters.Of(server, model);
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            for (int i = 0; i < adapters.Count; i++)
            {
                json.WriteStartObject();
                json.WriteNumber("id", i);
                json.WriteString("path", LoraAdapters.NameOf(adapters[i]));
                json.WriteNumber("scale", 1);
                json.WriteString("task_name", "");
                json.WriteString("prompt_prefix", "");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private IReadOnlyList<LoadedModel> Loaded => server.Find<IRuntimeStatus>()?.GetLoadedModels() ?? [];

    // Requests are batched as they come, so one more has a place until some have to wait.
    private static int SlotsOf(LoadedModel model) => model.RunningRequests + (model.WaitingRequests == 0 ? 1 : 0);

    private async ValueTask<string> TokenAsync(ModelDescription? model, string which, CancellationToken cancellationToken) =>
        model is not null
        && model.Metadata.TryGetValue($"tokenizer.ggml.{which}_token_id", out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id)
        && server.Find<IPromptTokenizer>() is { } tokenizer
            ? await tokenizer.DetokenizeAsync(new[] { id }, new TokenizeOptions { Model = model.Name, ParseSpecialTokens = true }, cancellationToken).ConfigureAwait(false)
            : "";
}
