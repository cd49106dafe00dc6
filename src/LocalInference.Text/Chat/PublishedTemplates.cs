using System.Collections.Frozen;

namespace LocalInference.Text;

/// <summary>
/// The names that Modelfiles give as RENDERER and PARSER (Ollama 0.12 and later), and the templates behind them. A GGUF's own
/// template is to be preferred: it is the model maker's, these are ours in the same format.
/// </summary>
public static class PublishedTemplates
{
    private const string Opens = "{%- set opens_thinking = true -%}";
    private const string Thinks = "{%- set thinks = true -%}";

    private static readonly FrozenDictionary<string, (string Family, string Preset)> s_names = new Dictionary<string, (string Family, string Preset)>(StringComparer.OrdinalIgnoreCase)
    {
        ["qwen3"] = ("qwen3", ""),
        ["qwen3-instruct"] = ("qwen3", ""),
        ["qwen3-thinking"] = ("qwen3", Opens),
        ["qwen3-vl"] = ("qwen3", ""),
        ["qwen3-vl-instruct"] = ("qwen3", ""),
        ["qwen3-vl-thinking"] = ("qwen3", Opens),
        ["qwen3-coder"] = ("qwen3-coder", ""),
        ["qwen3.5"] = ("qwen3-coder", Thinks),
        ["ornith"] = ("qwen3-coder", Thinks),
        ["nemotron"] = ("qwen3-coder", Thinks),
        ["nemotron-3-nano"] = ("qwen3-coder", Thinks),
        ["ministral"] = ("ministral", ""),
        ["harmony"] = ("harmony", ""),
        ["gpt-oss"] = ("harmony", ""),
        ["cogito"] = ("deepseek3", ""),
        ["deepseek3"] = ("deepseek3", ""),
        ["deepseek3.1"] = ("deepseek3", ""),
        ["cohere"] = ("cohere", ""),
        ["olmo3"] = ("olmo3", ""),
        ["olmo3-think"] = ("olmo3", Thinks),
        ["functiongemma"] = ("functiongemma", ""),
        ["gemma4"] = ("gemma4", ""),
        ["glm-4.6"] = ("glm-4.7", ""),
        ["glm-4.7"] = ("glm-4.7", ""),
        ["glm-ocr"] = ("glm-4.7", ""),
        ["lfm2"] = ("lfm2", ""),
        ["lfm2-thinking"] = ("lfm2", ""),
        ["laguna"] = ("laguna", ""),
        ["poolside-v1"] = ("laguna", ""),
        ["glimmer"] = ("glimmer", ""),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names that are known; <c>passthrough</c>, which stands for no template and no parser, is not among them.</summary>
    public static IReadOnlyCollection<string> Names => s_names.Keys;

    /// <summary>The template behind a name.</summary>
    /// <param name="name">A RENDERER's or PARSER's name; case does not matter.</param>
    /// <returns>The template, or <see langword="null"/> if the name is not known.</returns>
    public static PublishedTemplate? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return s_names.TryGetValue(name, out (string Family, string Preset) found) ? new PublishedTemplate(found.Family, found.Preset + Read(found.Family)) : null;
    }

    private static string Read(string family)
    {
        using Stream stream = typeof(PublishedTemplates).Assembly.GetManifestResourceStream($"LocalInference.Text.Published.{family}.jinja")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
