using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalInference;

/// <summary>A model's configuration blob. What it has beyond these fields is kept when a model is made from another.</summary>
internal sealed record ModelConfig
{
    /// <summary>How the weights are written: <c>gguf</c>.</summary>
    public string? ModelFormat { get; init; }

    /// <summary><c>general.architecture</c>.</summary>
    public string? ModelFamily { get; init; }

    public IReadOnlyList<string>? ModelFamilies { get; init; }

    /// <summary>How many parameters it has, as people write it: <c>494.03M</c>.</summary>
    public string? ModelType { get; init; }

    /// <summary>How its weights are quantised: <c>Q4_K_M</c>.</summary>
    public string? FileType { get; init; }

    public string? Renderer { get; init; }

    public string? Parser { get; init; }

    /// <summary>The version of Ollama that it asks for.</summary>
    public string? Requires { get; init; }

    public string Architecture { get; init; } = "amd64";

    public string Os { get; init; } = "linux";

    public ConfigDraft? Draft { get; init; }

    /// <summary>The digests of the files that the weights were pulled in, if there were several: they are not kept. Ours alone; Ollama passes over it.</summary>
    public IReadOnlyList<string>? SplitParts { get; init; }

    public ConfigRootFs? Rootfs { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}
