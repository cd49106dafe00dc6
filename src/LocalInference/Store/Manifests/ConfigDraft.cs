using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalInference;

/// <summary>What the small model is that guesses tokens for a model.</summary>
internal sealed record ConfigDraft
{
    public string? ModelFormat { get; init; }

    public string? Architecture { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}
