using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Reads the messages that a stored model's conversations begin with.</summary>
internal static class StoredMessages
{
    /// <exception cref="StoreException">They are damaged or missing.</exception>
    public static IReadOnlyList<LayerMessage> Read(IndexedModel entry)
    {
        if (entry.Manifest.OfType(MediaTypes.Messages).LastOrDefault() is not { } layer)
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize(entry.Read(layer), LayerJson.Default.IReadOnlyListLayerMessage) ?? [];
        }
        catch (JsonException e)
        {
            throw ExceptionFactory.ManifestDamaged(entry.Name.ToString(), $"its messages are no list of them: {e.Message}", e);
        }
    }
}
