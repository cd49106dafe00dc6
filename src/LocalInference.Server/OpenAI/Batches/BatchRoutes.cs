using System.Text.Json;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary><c>/v1/batches</c>: many requests in a file, answered when nobody else waits.</summary>
internal sealed class BatchRoutes(ServerContext server, BatchRunner runner)
{
    public const string IdParameter = "id";

    private const string Window = "24h";
    private const int MostMetadata = 16;
    private const int MostItems = 100;
    private const int DefaultItems = 20;

    private BatchStore Store => runner.Store;

    public async Task CreateAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        string? owner = ServerContext.OwnerOf(context);
        string endpoint = fields.RequiredText("endpoint");
        if (!runner.Endpoints.Contains(endpoint, StringComparer.Ordinal))
        {
            throw JsonFields.Wrong("endpoint", string.Join(" or ", runner.Endpoints));
        }

        if (fields.RequiredText("completion_window") != Window)
        {
            throw JsonFields.Wrong("completion_window", Window);
        }

        string fileId = fields.RequiredText("input_file_id");
        StoredFile file = Store.FindFile(fileId, owner) ?? throw RequestException.Missing("file", fileId, "input_file_id");
        long now = Store.Now();
        var batch = new OwnedBatch
        {
            Owner = owner,
            LocalOnly = ServerContext.MustStay(context),
            OutputId = BatchStore.NewId("file-"),
            ErrorId = BatchStore.NewId("file-"),
            OutputLifetime = FileLifetime.Read(fields.Object("output_expires_after")),
            Batch = new Batch
            {
                Id = BatchStore.NewId("batch_"),
                Endpoint = endpoint,
                InputFileId = file.Id,
                Status = BatchStatus.Validating,
                CreatedAt = now,
                ExpiresAt = now + (long)Math.Ceiling(Store.Options.CompletionWindow.TotalSeconds),
                Metadata = Metadata(fields),
            },
        };
        Store.AddBatch(batch);
        runner.StartUnfinished();
        await JsonResponse.WriteAsync(context, json => Write(json, batch.Batch)).ConfigureAwait(false);
    }

    public Task ListAsync(HttpContext context) =>
        ListPage.WriteAsync(context, Store.ListBatches(ServerContext.OwnerOf(context)), DefaultItems, MostItems, static batch => batch.Id, Write);

    public Task FindAsync(HttpContext context)
    {
        Batch batch = Find(context);
        return JsonResponse.WriteAsync(context, json => Write(json, batch));
    }

    /// <summary>Gives a batch up; one that has ended stays as it is.</summary>
    public Task CancelAsync(HttpContext context)
    {
        Batch batch = runner.Cancel(Find(context).Id);
        return JsonResponse.WriteAsync(context, json => Write(json, batch));
    }

    private Batch Find(HttpContext context)
    {
        string id = (string)context.Request.RouteValues[IdParameter]!;
        return Store.FindBatch(id, ServerContext.OwnerOf(context))?.Batch ?? throw RequestException.Missing("batch", id, IdParameter);
    }

    private static void Write(Utf8JsonWriter json, Batch batch) => JsonSerializer.Serialize(json, batch, BatchJson.Default.Batch);

    private static JsonElement? Metadata(JsonFields fields)
    {
        if (fields.Object("metadata") is not { } metadata)
        {
            return null;
        }

        JsonProperty[] entries = [.. metadata.Element.EnumerateObject()];
        return entries.Length <= MostMetadata && entries.All(static entry => entry.Value.ValueKind == JsonValueKind.String)
            ? metadata.Element.Clone()
            : throw JsonFields.Wrong("metadata", $"at most {MostMetadata} texts by name");
    }
}
