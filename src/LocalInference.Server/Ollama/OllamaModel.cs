using LocalInference.Server.Catalog;
using LocalInference.Server.Http;

namespace LocalInference.Server.Ollama;

/// <summary>The model of a request, and Ollama's several ways to say that there is none; clients look for these words.</summary>
internal static class OllamaModel
{
    private const string Local = ":local";
    private const string Cloud = ":cloud";

    /// <summary>The name in a request; <see langword="null"/>: it names none.</summary>
    /// <exception cref="RequestException">It says twice where the model is.</exception>
    public static string? Read(JsonFields request)
    {
        string? name = request.Text("model") ?? request.Text("name");
        return string.IsNullOrEmpty(name) ? null
            : WithoutPlace(name) is { } bare && WithoutPlace(bare) is not null ? throw RequestException.Bad("use either :local or :cloud, not both", "model")
            : name;
    }

    /// <summary>There is no such model; and where there is a store, whose models have names of one form, the name may be none.</summary>
    public static RequestException Unknown(ModelDirectory models, string model) => models.IsName(model) ? NotFound(model) : Invalid();

    public static RequestException NotFound(string model) => RequestException.ModelNotFound(model);

    public static RequestException NotFoundForEmbedding(string model) => RequestException.ModelMissing($"model \"{model}\" not found, try pulling it first");

    public static RequestException Invalid() => RequestException.Bad("invalid model name", "model");

    public static RequestException Required() => RequestException.Bad("model is required", "model");

    // Both words are tags like any others here: there is no cloud.
    private static string? WithoutPlace(string name) =>
        name.EndsWith(Local, StringComparison.OrdinalIgnoreCase) ? name[..^Local.Length]
        : name.EndsWith(Cloud, StringComparison.OrdinalIgnoreCase) ? name[..^Cloud.Length]
        : null;
}
