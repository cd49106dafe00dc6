using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>Finds the parts of a model in the list of a repository's files on Hugging Face, whose registry knows nothing of split models.</summary>
internal static class SplitFiles
{
    // What people take where nobody says which: the quantisation that Hugging Face's own registry chooses.
    private const string DefaultQuantization = "Q4_K_M";

    /// <summary>The parts, in their order.</summary>
    /// <exception cref="LocalInferenceException">There are none of that quantisation, or some are missing.</exception>
    public static ManifestLayer[] Choose(byte[] list, ModelName name, string host)
    {
        RepositoryFile[] files;
        try
        {
            files = JsonSerializer.Deserialize(list, RegistryJson.Default.RepositoryFileArray) ?? [];
        }
        catch (JsonException e)
        {
            throw ExceptionFactory.DownloadFailed($"'{name}'", $"{host} sent no list of files", e);
        }

        string quantization = name.Tag == ModelName.DefaultTag ? DefaultQuantization : name.Tag;
        IGrouping<(string Prefix, int Count), (ManifestLayer Layer, int Number)>? parts = files
            .Select(Part)
            .OfType<(ManifestLayer Layer, string Prefix, int Number, int Count)>()
            .Where(part => Path.GetFileName(part.Prefix).Contains(quantization, StringComparison.OrdinalIgnoreCase))
            .GroupBy(static part => (part.Prefix, part.Count), static part => (part.Layer, part.Number))
            .OrderBy(static group => group.Key.Prefix.Length)
            .FirstOrDefault();
        if (parts is null)
        {
            throw ExceptionFactory.ModelNotOffered(name.ToString(), host);
        }

        ManifestLayer[] layers = [.. parts.OrderBy(static part => part.Number).Select(static part => part.Layer)];
        return layers.Length == parts.Key.Count
            ? layers
            : throw ExceptionFactory.DownloadFailed($"'{name}'", $"{host} has {layers.Length} of its {parts.Key.Count} parts");
    }

    private static (ManifestLayer Layer, string Prefix, int Number, int Count)? Part(RepositoryFile file) =>
        file.Lfs is { Size: >= 0 } content
        && BlobDigest.TryParse($"sha256:{content.Oid}", out BlobDigest digest)
        && GgufSplit.TryParsePartPath(file.Path, out string prefix, out int number, out int count)
            ? (new ManifestLayer(MediaTypes.Model, digest, content.Size) { Name = file.Path }, prefix, number, count)
            : null;
}
