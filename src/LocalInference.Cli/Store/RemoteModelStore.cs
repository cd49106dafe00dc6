using System.Globalization;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary>
/// The store of a running server of ours, asked as Ollama's clients ask it, so that commands do the same over it as over a folder. What the
/// server refuses is a <see cref="CliException"/> with its own words.
/// </summary>
/// <param name="server">The server.</param>
internal sealed class RemoteModelStore(RunningServer server) : IModelStore
{
    // As the store itself takes names without a tag.
    private const string DefaultTag = ":latest";

    public IReadOnlyList<StoredModel> List() => [.. Items(Ask(HttpMethod.Get, "/api/tags", body: null), "models").Select(Read)];

    public StoredModel? Find(string name) => List().FirstOrDefault(model =>
        string.Equals(model.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(model.Name, name + DefaultTag, StringComparison.OrdinalIgnoreCase));

    public Modelfile GetModelfile(string name) => Modelfile.Parse(ServerJson.Text(Ask(HttpMethod.Post, "/api/show", ServerJson.Body(json => json.WriteString("model", name))), "modelfile") ?? "");

    public Task PullAsync(string name, PullOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default) =>
        TransferAsync("/api/pull", name, options?.AllowInsecure ?? false, progress, cancellationToken);

    public Task PushAsync(string name, PushOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default) =>
        TransferAsync("/api/push", name, options?.AllowInsecure ?? false, progress, cancellationToken);

    public async Task CreateAsync(string name, Modelfile modelfile, CreateOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var creation = new RemoteCreation(this, modelfile, options ?? new CreateOptions(), progress);
        await FollowAsync("/api/create", await creation.SendAsync(name, cancellationToken).ConfigureAwait(false), progress, cancellationToken).ConfigureAwait(false);
    }

    public async Task CopyAsync(string source, string destination, CancellationToken cancellationToken = default)
    {
        string body = ServerJson.Body(json =>
        {
            json.WriteString("source", source);
            json.WriteString("destination", destination);
        });
        await server.DoAsync("/api/copy", body, cancellationToken).ConfigureAwait(false);
    }

    public void Remove(string name) => Ask(HttpMethod.Delete, "/api/delete", ServerJson.Body(json => json.WriteString("model", name)));

    public bool HasBlob(string digest) => server.HasAsync(BlobPath(digest), CancellationToken.None).GetAwaiter().GetResult();

    public async Task<bool> AddBlobAsync(string digest, Stream content, CancellationToken cancellationToken = default)
    {
        if (await server.HasAsync(BlobPath(digest), cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await server.UploadAsync(BlobPath(digest), content, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static string BlobPath(string digest) => $"/api/blobs/{digest}";

    private Task TransferAsync(string path, string name, bool insecure, IProgress<StoreProgress>? progress, CancellationToken cancellationToken) => FollowAsync(
        path,
        ServerJson.Body(json =>
        {
            json.WriteString("model", name);
            json.WriteBoolean("insecure", insecure);
        }),
        progress,
        cancellationToken);

    private async Task FollowAsync(string path, string body, IProgress<StoreProgress>? progress, CancellationToken cancellationToken)
    {
        await foreach (JsonElement line in server.StreamAsync(path, body, cancellationToken).ConfigureAwait(false))
        {
            if (ServerJson.Text(line, "error") is { } error)
            {
                throw new CliException(error, "Try again, or look into the server's log.");
            }

            progress?.Report(new StoreProgress(ServerJson.Text(line, "status") ?? "") { Digest = ServerJson.Text(line, "digest"), Total = ServerJson.Number(line, "total"), Completed = ServerJson.Number(line, "completed") });
        }
    }

    // The store's own questions do not wait for a network, and so neither do those who ask them.
    private JsonElement Ask(HttpMethod method, string path, string? body) => server.SendAsync(method, path, body, CancellationToken.None).GetAwaiter().GetResult();

    private static StoredModel Read(JsonElement model)
    {
        JsonElement details = model.TryGetProperty("details", out JsonElement found) ? found : default;
        return new StoredModel
        {
            Name = ServerJson.Text(model, "name") ?? "",
            Digest = ServerJson.Text(model, "digest") ?? "",
            SizeInBytes = ServerJson.Number(model, "size") ?? 0,
            ModifiedAt = DateTimeOffset.TryParse(ServerJson.Text(model, "modified_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : DateTimeOffset.UnixEpoch,
            Format = ServerJson.Text(details, "format"),
            Family = ServerJson.Text(details, "family"),
            ParameterSize = ServerJson.Text(details, "parameter_size"),
            Quantization = ServerJson.Text(details, "quantization_level"),
        };
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out JsonElement items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : default;
}
