using LocalInference.Abstractions;
using LocalInference.Server.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>
/// The adapters of a stored model, which llama-server's clients name by their place in the list. What a Modelfile names is all that is
/// known here; other adapters are used by name, with this server's own field <c>adapters</c>.
/// </summary>
internal static class LoraAdapters
{
    /// <summary>The files of a model's adapters, in their order; none: it has no adapters, or is no stored model.</summary>
    public static IReadOnlyList<string> Of(ServerContext server, string model) => server.Models.FindStored(model) is { } stored
        ? [.. server.Find<IModelStore>()!.GetModelfile(stored.Name).Instructions.Where(static one => one.Keyword == ModelfileKeyword.Adapter).Select(static one => one.Value)]
        : [];

    /// <summary>The name by which requests to the engine use an adapter: that of its file.</summary>
    public static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);

    /// <summary><c>lora: [{id, scale}]</c>; <see langword="null"/>: those that the model was loaded with. What is not listed is not used.</summary>
    public static IReadOnlyList<AdapterSelection>? Read(ServerContext server, string model, JsonFields request)
    {
        if (request.Any("lora") is null)
        {
            return null;
        }

        IReadOnlyList<string> known = Of(server, model);
        return [.. request.Items("lora").Select(item => Read(JsonFields.AsObject(item.Value, item.Path), known))];
    }

    private static AdapterSelection Read(JsonFields adapter, IReadOnlyList<string> known) => adapter.Integer("id") is { } id && id >= 0 && id < known.Count
        ? new AdapterSelection(NameOf(known[id]), adapter.Number("scale") ?? 0)
        : throw JsonFields.Wrong(adapter.Path + "id", $"the number of one of the {known.Count} adapters of the model; others are used by name, in 'adapters'");
}
