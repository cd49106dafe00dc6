using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// OpenAI's batches (platform.openai.com/docs/api-reference/batch): a file with a request on each line is uploaded, a batch of it is made,
/// and at its end there are a file of answers and one of errors.
/// </summary>
internal sealed class OpenAIBatches(OpenAIProtocol protocol, ProviderOptions options) : BatchProtocol
{
    private const string Boundary = "localinference-3f6c1c0a8f0b4f4e";

    private static readonly MediaTypeHeaderValue s_multipart = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=" + Boundary);

    public override int MaxRequests => 50_000;

    public override int MaxBytes => 200 * 1024 * 1024;

    public override string? FaultOf(IReadOnlyList<BatchRequest> requests, IReadOnlyList<string> models) =>
        models.Distinct(StringComparer.Ordinal).Skip(1).Any() ? "its requests name several models, and a file is for one"
        : requests.Select(static request => Path(request.Request)).Distinct(StringComparer.Ordinal).Skip(1).Any() ? "it has conversations beside other prompts, and a file is for one kind"
        : null;

    public override void Write(BatchWriter to, IReadOnlyList<BatchRequest> requests, IReadOnlyList<string> models)
    {
        to.Raw(Encoding.ASCII.GetBytes(
            $"--{Boundary}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
            + $"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"batch.jsonl\"\r\nContent-Type: application/jsonl\r\n\r\n"));
        for (int i = 0; i < requests.Count; i++)
        {
            Utf8JsonWriter json = to.Json;
            json.WriteStartObject();
            json.WriteString("custom_id", requests[i].Id);
            json.WriteString("method", "POST");
            json.WriteString("url", Path(requests[i].Request));
            json.WriteStartObject("body");
            protocol.WriteWhole(json, requests[i].Request, models[i]);
            json.WriteEndObject();
            json.WriteEndObject();
            to.Flush();
            json.Reset();
            to.Raw("\n"u8);
        }

        // No line of JSON begins with two dashes.
        to.Raw(Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n"));
    }

    public override async ValueTask<BatchStatus> SubmitAsync(BatchConnection connection, ReadOnlyMemory<byte> body, BatchRequest first, CancellationToken cancellationToken)
    {
        // A file that was uploaded twice costs nothing.
        string file = await connection.PostAsync(protocol.At("files"), body, s_multipart, isOnce: false, static file => file.Text("id") ?? throw new JsonException("A file has no id."), cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte> batch = RequestBody.Bytes(json =>
        {
            json.WriteString("input_file_id", file);
            json.WriteString("endpoint", Path(first.Request));
            json.WriteString("completion_window", "24h");
        });
        try
        {
            return await connection.PostAsync(protocol.At("batches"), batch, Exchange.Json, isOnce: true, ReadStatus, cancellationToken).ConfigureAwait(false);
        }
        catch (ProviderException e) when (e.Code == ExceptionFactory.SubmissionUnknownCode)
        {
            // No other batch has this file: if one has, it is this one.
            if (await FindAsync(connection, file, cancellationToken).ConfigureAwait(false) is { } found)
            {
                return found;
            }

            throw;
        }
    }

    public override Uri StatusAddress(string id) => protocol.At($"batches/{Uri.EscapeDataString(id)}");

    public override Uri CancelAddress(string id) => protocol.At($"batches/{Uri.EscapeDataString(id)}/cancel");

    public override BatchStatus ReadStatus(JsonElement batch)
    {
        JsonElement counts = batch.Field("request_counts") ?? default;
        return new()
        {
            Id = batch.Text("id") ?? throw new JsonException("A batch has no id."),
            Provider = options.Name,
            State = batch.Text("status") switch
            {
                "validating" => BatchState.Validating,
                "in_progress" or "finalizing" => BatchState.InProgress,
                "cancelling" => BatchState.Cancelling,
                "completed" => BatchState.Completed,
                "cancelled" => BatchState.Cancelled,
                "expired" => BatchState.Expired,
                "failed" => BatchState.Failed,
                var other => throw new JsonException($"A batch cannot be '{other}'."),
            },
            Total = counts.Integer("total") ?? 0,
            Succeeded = counts.Integer("completed") ?? 0,
            Failed = counts.Integer("failed") ?? 0,
            CreatedAt = Time(batch, "created_at"),
            ExpiresAt = Time(batch, "expires_at"),
            Faults = [.. (batch.Field("errors") ?? default).Items("data").Select(Fault)],
        };
    }

    public override IReadOnlyList<Uri> ResultAddresses(JsonElement batch) =>
        [.. new[] { batch.Text("output_file_id"), batch.Text("error_file_id") }.Where(static id => !string.IsNullOrEmpty(id)).Select(id => protocol.At($"files/{Uri.EscapeDataString(id!)}/content"))];

    public override BatchResult ReadResult(JsonElement line)
    {
        string id = line.Text("custom_id") ?? throw new JsonException("A result has no id.");
        if (line.Field("response") is { } response)
        {
            int status = response.Integer("status_code") ?? 200;
            JsonElement? body = response.Field("body");
            return status == 200 && body is { } answer
                ? new() { Id = id, Outcome = BatchOutcome.Succeeded, Events = protocol.Parser(AnyRequest, "").ReadWhole(answer) }
                : Failed(id, protocol.ReadError(status, body), status, response.Text("request_id"));
        }

        return line.Field("error")?.Text("code") switch
        {
            "batch_expired" => new() { Id = id, Outcome = BatchOutcome.Expired },
            "batch_cancelled" => new() { Id = id, Outcome = BatchOutcome.Cancelled },
            not null => Failed(id, protocol.ReadError(500, line), status: null, requestId: null),
            null => throw new JsonException("A result is neither an answer nor an error."),
        };
    }

    private BatchResult Failed(string id, ProviderFault fault, int? status, string? requestId) => new()
    {
        Id = id,
        Outcome = BatchOutcome.Failed,
        Error = protocol.Error(fault, status is { } number ? string.Create(CultureInfo.InvariantCulture, $"answered with the status {number}") : "did not run the request", model: null, status, requestId: requestId),
    };

    // The latest come first.
    private async ValueTask<BatchStatus?> FindAsync(BatchConnection connection, string file, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.GetAsync(
                protocol.At("batches?limit=100"),
                list => list.Items("data").FirstOrDefault(one => one.Text("input_file_id") == file) is { ValueKind: JsonValueKind.Object } found ? ReadStatus(found) : null,
                cancellationToken).ConfigureAwait(false);
        }
        catch (ProviderException)
        {
            // What broke before is what the caller has to know.
            return null;
        }
    }

    private string Fault(JsonElement fault)
    {
        string where = fault.Integer("line") is { } line ? string.Create(CultureInfo.InvariantCulture, $"line {line}: ") : "";
        return where + options.Keys.Redact(fault.Text("message") ?? fault.Text("code") ?? "an error without a message", 2000);
    }

    private static string Path(GenerationRequest request) => request.Input is ChatInput ? "/v1/chat/completions" : "/v1/completions";

    private static DateTimeOffset? Time(JsonElement batch, string name) => batch.Long(name) is { } seconds and > 0 and < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
