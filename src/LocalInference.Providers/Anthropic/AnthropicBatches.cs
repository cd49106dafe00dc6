using System.Globalization;
using System.Text.Json;

namespace LocalInference.Providers;

/// <summary>
/// Anthropic's batches (platform.claude.com/docs/en/api/creating-message-batches): one body with all requests, and at the end one file of
/// results. Its list of batches has nothing that tells one from another, so a submission of which the answer was lost cannot be found.
/// </summary>
internal sealed class AnthropicBatches(AnthropicProtocol protocol, ProviderOptions options) : BatchProtocol
{
    public override int MaxRequests => 100_000;

    public override int MaxBytes => 256 * 1024 * 1024;

    public override void Write(BatchWriter to, IReadOnlyList<BatchRequest> requests, IReadOnlyList<string> models)
    {
        Utf8JsonWriter json = to.Json;
        json.WriteStartObject();
        json.WriteStartArray("requests");
        for (int i = 0; i < requests.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("custom_id", requests[i].Id);
            json.WriteStartObject("params");
            protocol.WriteWhole(json, requests[i].Request, models[i]);
            json.WriteEndObject();
            json.WriteEndObject();
            to.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        to.Flush();
    }

    public override ValueTask<BatchStatus> SubmitAsync(BatchConnection connection, ReadOnlyMemory<byte> body, BatchRequest first, CancellationToken cancellationToken) =>
        connection.PostAsync(protocol.At("v1/messages/batches"), body, Exchange.Json, isOnce: true, ReadStatus, cancellationToken);

    public override Uri StatusAddress(string id) => protocol.At($"v1/messages/batches/{Uri.EscapeDataString(id)}");

    public override Uri CancelAddress(string id) => protocol.At($"v1/messages/batches/{Uri.EscapeDataString(id)}/cancel");

    public override BatchStatus ReadStatus(JsonElement batch)
    {
        JsonElement counts = batch.Field("request_counts") ?? default;
        int succeeded = counts.Integer("succeeded") ?? 0;
        int failed = counts.Integer("errored") ?? 0;
        int cancelled = counts.Integer("canceled") ?? 0;
        int expired = counts.Integer("expired") ?? 0;
        return new()
        {
            Id = batch.Text("id") ?? throw new JsonException("A batch has no id."),
            Provider = options.Name,
            State = batch.Text("processing_status") switch
            {
                "in_progress" => BatchState.InProgress,
                "canceling" => BatchState.Cancelling,
                "ended" => cancelled > 0 ? BatchState.Cancelled : expired > 0 ? BatchState.Expired : BatchState.Completed,
                var other => throw new JsonException($"A batch cannot be '{other}'."),
            },
            Total = succeeded + failed + cancelled + expired + (counts.Integer("processing") ?? 0),
            Succeeded = succeeded,
            Failed = failed,
            CreatedAt = Time(batch, "created_at"),
            ExpiresAt = Time(batch, "expires_at"),
        };
    }

    // The address is made here: a key goes to no other one, whatever the answer says.
    public override IReadOnlyList<Uri> ResultAddresses(JsonElement batch) =>
        batch.Text("results_url") is { Length: > 0 } && batch.Text("id") is { } id ? [protocol.At($"v1/messages/batches/{Uri.EscapeDataString(id)}/results")] : [];

    public override BatchResult ReadResult(JsonElement line)
    {
        string id = line.Text("custom_id") ?? throw new JsonException("A result has no id.");
        JsonElement result = line.Field("result") ?? default;
        return result.Text("type") switch
        {
            "succeeded" => new() { Id = id, Outcome = BatchOutcome.Succeeded, Events = protocol.Parser(AnyRequest, "").ReadWhole(result.Field("message") ?? default) },
            "errored" => new() { Id = id, Outcome = BatchOutcome.Failed, Error = protocol.Error(protocol.ReadError(200, result.Field("error")), "did not answer the request", model: null) },
            "canceled" => new() { Id = id, Outcome = BatchOutcome.Cancelled },
            "expired" => new() { Id = id, Outcome = BatchOutcome.Expired },
            var other => throw new JsonException($"A result cannot be '{other}'."),
        };
    }

    private static DateTimeOffset? Time(JsonElement batch, string name) =>
        DateTimeOffset.TryParse(batch.Text(name), CultureInfo.InvariantCulture, out DateTimeOffset time) ? time : null;
}
