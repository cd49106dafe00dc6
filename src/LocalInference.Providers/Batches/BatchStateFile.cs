using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// What a restart has to know of a batch: a JSON object with the batch's <c>id</c>, which is null while it is submitted, and a digest of the
/// names of its <c>requests</c>, so that no other ones get its results.
/// </summary>
internal sealed class BatchStateFile(string path, IReadOnlyList<BatchRequest> requests)
{
    private readonly string _digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', requests.Select(static request => request.Id)))));

    /// <summary>The id of the batch that runs; <see langword="null"/>: none was submitted.</summary>
    /// <exception cref="GenerationException">The file is of other requests, or damaged, or nobody knows whether it was submitted.</exception>
    public string? ReadId()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.Text("requests") != _digest)
            {
                throw ExceptionFactory.BatchState(path, "is of a batch with other requests", "Name another file, or delete it if that batch is of no use any more.");
            }

            return json.RootElement.Text("id") ?? throw ExceptionFactory.BatchStateUnknown(path);
        }
        catch (JsonException e)
        {
            throw ExceptionFactory.BatchState(path, "is damaged", "Look at the provider whether the batch is there, then delete the file.", e);
        }
    }

    public void Write(string? id)
    {
        // Whole or not at all, whenever the process ends.
        string temporary = path + ".new";
        File.WriteAllBytes(temporary, RequestBody.Bytes(json =>
        {
            json.WriteString("id", id);
            json.WriteString("requests", _digest);
        }).Span);
        File.Move(temporary, path, overwrite: true);
    }

    public void Delete() => File.Delete(path);
}
