using LocalInference.Server.Http;

namespace LocalInference.Server.Ollama;

/// <summary>The model of a request, and Ollama's several ways to say that there is none; clients look for these words.</summary>
internal static class OllamaModel
{
    /// <summary>The name in a request; <see langword="null"/>: it names none.</summary>
    public static string? Read(JsonFields request) => (request.Text("model") ?? request.Text("name")) is { Length: > 0 } name ? name : null;

    public static RequestException NotFound(string model) => RequestException.ModelMissing($"model '{model}' not found");

    public static RequestException NotFoundForEmbedding(string model) => RequestException.ModelMissing($"model \"{model}\" not found, try pulling it first");

    public static RequestException Invalid() => RequestException.Bad("invalid model name", "model");

    public static RequestException Required() => RequestException.Bad("model is required", "model");
}
