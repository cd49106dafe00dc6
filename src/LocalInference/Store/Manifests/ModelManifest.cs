using System.Text.Json;
using System.Text.Json.Serialization;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>What a model consists of: an image manifest of Docker's version 2, schema 2, as Ollama writes it.</summary>
internal sealed record ModelManifest
{
    /// <summary>More than any real one: the file comes from outside.</summary>
    public const int MostBytes = 4 << 20;

    public int SchemaVersion { get; init; } = 2;

    public string? MediaType { get; init; } = MediaTypes.Manifest;

    public required ManifestLayer Config { get; init; }

    public required IReadOnlyList<ManifestLayer> Layers { get; init; }

    /// <summary>The configuration and the layers.</summary>
    [JsonIgnore]
    public IEnumerable<ManifestLayer> Blobs => Layers.Prepend(Config);

    [JsonIgnore]
    public long SizeInBytes => ByteSum.Of(Blobs.Select(static blob => blob.Size));

    public IEnumerable<ManifestLayer> OfType(string mediaType) => Layers.Where(layer => layer.MediaType == mediaType);

    /// <param name="json">The manifest.</param>
    /// <param name="model">Whose it is.</param>
    /// <exception cref="StoreException">It is not a manifest.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> json, string model)
    {
        ModelManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(json, ManifestJson.Default.ModelManifest) ?? throw ExceptionFactory.ManifestDamaged(model, "it is null");
        }
        catch (JsonException e)
        {
            throw ExceptionFactory.ManifestDamaged(model, e.Message, e);
        }

        if (manifest.SchemaVersion != 2)
        {
            throw ExceptionFactory.ManifestDamaged(model, $"its schema is version {manifest.SchemaVersion}, not 2");
        }

        return manifest.Blobs.FirstOrDefault(static blob => blob.Size < 0) is { } negative
            ? throw ExceptionFactory.ManifestDamaged(model, $"{negative.Digest} has {negative.Size} bytes")
            : manifest;
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Plain.ModelManifest);
}
