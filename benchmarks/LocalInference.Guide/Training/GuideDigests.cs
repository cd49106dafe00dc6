using System.Security.Cryptography;

namespace LocalInference.Guide;

/// <summary>SHA-256 digests in lower-case hexadecimal, by which a change of the corpus that nobody trained on shows.</summary>
/// <param name="Samples">Of the samples of all passes as they are written.</param>
/// <param name="Vocabulary">Of tokens and merges.</param>
/// <param name="Model">Of the guide's file.</param>
internal sealed record GuideDigests(string Samples, string Vocabulary, string Model)
{
    /// <summary>The digest of a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<string> OfFileAsync(string path, CancellationToken cancellationToken)
    {
        FileStream file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
        }
    }
}
