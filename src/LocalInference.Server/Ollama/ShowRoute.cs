using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary><c>POST /api/show</c>: all that is known of one model.</summary>
internal sealed class ShowRoute(ServerContext server)
{
    // It shows the base name, which for many models is that of another one.
    private const string Copilot = "GitHubCopilotChat";

    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        string name = OllamaModel.Read(body.Fields) ?? throw OllamaModel.Required();
        ModelDescription model = await server.Models.FindAsync(name, context.RequestAborted).ConfigureAwait(false) ?? throw OllamaModel.Unknown(server.Models, name);
        Modelfile recipe = server.Models.FindStored(model.Name) is { } stored ? server.Find<IModelStore>()!.GetModelfile(stored.Name) : ModelRecipe.Of(model);
        model = model with { Tensors = await server.Models.TensorsOfAsync(model.Name, context.RequestAborted).ConfigureAwait(false) };
        bool verbose = body.Fields.Truth("verbose") ?? false;
        string? baseName = context.Request.Headers.UserAgent.ToString().StartsWith(Copilot, StringComparison.Ordinal) ? name : null;
        await JsonResponse.WriteAsync(context, json => Write(json, model, recipe, baseName, verbose)).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, ModelDescription model, Modelfile recipe, string? baseName, bool verbose)
    {
        json.WriteStartObject();
        json.WriteString("license", string.Join('\n', recipe.All(ModelfileKeyword.License).Select(static license => license.Value)));
        json.WriteString("modelfile", recipe.Print());
        json.WriteString("parameters", ModelRecipe.ParametersOf(recipe));
        json.WriteString("template", recipe.Last(ModelfileKeyword.Template) ?? model.Template?.Source ?? "");
        json.WriteString("system", recipe.Last(ModelfileKeyword.System) ?? "");
        Optional(json, "renderer", recipe.Last(ModelfileKeyword.Renderer));
        Optional(json, "parser", recipe.Last(ModelfileKeyword.Parser));
        Optional(json, "requires", recipe.Last(ModelfileKeyword.Requires));
        ModelFields.Details(json, model);
        Messages(json, recipe);
        json.WriteStartObject("model_info");
        foreach ((string key, JsonElement value) in ModelFields.Metadata(model, baseName))
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
        Tensors(json, model.Tensors);
        ModelFields.Capabilities(json, model.Capabilities);
        json.WriteString("modified_at", ModelFields.ModifiedAt(model));
        json.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Tensors(Utf8JsonWriter json, IReadOnlyList<TensorDescription> tensors)
    {
        json.WriteStartArray("tensors");
        foreach (TensorDescription tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("type", tensor.Type);
            json.WriteStartArray("shape");
            foreach (long length in tensor.Shape)
            {
                json.WriteNumberValue(length);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Messages(Utf8JsonWriter json, Modelfile recipe)
    {
        ModelfileInstruction[] messages = [.. recipe.All(ModelfileKeyword.Message)];
        if (messages.Length == 0)
        {
            return;
        }

        json.WriteStartArray("messages");
        foreach (ModelfileInstruction message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Name);
            json.WriteString("content", message.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
