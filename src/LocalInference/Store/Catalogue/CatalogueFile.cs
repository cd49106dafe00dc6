using System.Text.Json.Serialization;

namespace LocalInference;

/// <summary>A catalogue as it is written: <c>models.manifest.json</c>, with its schema beside it.</summary>
internal sealed record CatalogueFile
{
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>Of the format.</summary>
    public required int Version { get; init; }

    /// <summary>None where it is left out.</summary>
    public IReadOnlyList<HardwareProfile>? Profiles { get; init; }

    public required IReadOnlyList<KnownModel> Models { get; init; }
}
