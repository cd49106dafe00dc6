using System.Text;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// The digests of weights that the catalogue's models had when they were pulled first, where no page states what they must be: a file in the
/// store for each, named by the SHA-256 of its source, which holds one line with the digest and the source.
/// </summary>
/// <param name="root">The store.</param>
internal sealed class DigestPins(StoreRoot root)
{
    private const string Folder = ".pins";

    /// <summary>Refuses weights that are not what they must be.</summary>
    /// <param name="model">The model.</param>
    /// <param name="manifest">What was offered as it.</param>
    /// <exception cref="StoreException">They are others.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Check(KnownModel model, ModelManifest manifest)
    {
        BlobDigest? offered = Weights(manifest);
        if (model.Sha256 is { } stated)
        {
            if (offered?.Hex != stated)
            {
                throw ExceptionFactory.DigestMismatch($"'{model.Source}'", $"sha256:{stated}", offered?.ToString() ?? "none");
            }
        }
        else if (Find(model) is { } pinned && offered != pinned)
        {
            throw ExceptionFactory.DigestPinned(model.Source, pinned.ToString(), offered?.ToString() ?? "none", PathOf(model));
        }
    }

    /// <summary>Remembers what weights a model has.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Keep(KnownModel model, ModelManifest manifest)
    {
        if (model.Sha256 is null && Weights(manifest) is { } digest && Find(model) is null)
        {
            PrivateFile.WriteAtomically(PathOf(model), Encoding.UTF8.GetBytes($"{digest} {model.Source}\n"));
        }
    }

    // Whoever changes the file decides anew: what is no digest is no pin.
    private BlobDigest? Find(KnownModel model)
    {
        string path = PathOf(model);
        return File.Exists(path) && BlobDigest.TryParse(File.ReadAllText(path).Split(' ')[0], out BlobDigest digest) ? digest : null;
    }

    private string PathOf(KnownModel model) => Path.Combine(root.Folder, Folder, BlobDigest.Of(Encoding.UTF8.GetBytes(ModelName.Parse(model.Source).Full)).Hex);

    private static BlobDigest? Weights(ModelManifest manifest) => manifest.OfType(MediaTypes.Model).FirstOrDefault()?.Digest;
}
