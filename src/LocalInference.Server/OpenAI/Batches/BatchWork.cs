using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using LocalInference.Server.Keys;
using Microsoft.AspNetCore.Http;
using Endpoint = LocalInference.Server.Http.Endpoint;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary>Runs one batch: checks it, asks the route what is not answered yet, and makes files of the answers.</summary>
/// <param name="batch">The batch as it was when the work began.</param>
/// <param name="store">Keeps it.</param>
/// <param name="route">Answers its requests.</param>
/// <param name="keys">Has the one that is charged, as it is when a request is asked.</param>
/// <param name="slots">Lets so many requests of all batches run at once.</param>
/// <param name="time">The clock.</param>
internal sealed class BatchWork(OwnedBatch batch, BatchStore store, RequestDelegate route, CallerKeys keys, SemaphoreSlim slots, TimeProvider time)
{
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(1);

    private readonly string _id = batch.Batch.Id;
    private readonly BatchInput _input = new(store.ContentOf(batch.Batch.InputFileId), batch.Batch.Endpoint);

    private KeyHolder? Holder => keys.Find(batch.Owner);

    private bool IsKeyMissing => batch.Owner is not null && keys.Holders.Count > 0 && Holder is null;

    /// <summary>Runs it to its end, or until the server stops.</summary>
    /// <param name="cancelled">Its owner gives it up.</param>
    /// <param name="stopping">The server stops: another goes on.</param>
    public async Task RunAsync(CancellationToken cancelled, CancellationToken stopping)
    {
        if (!File.Exists(store.ContentOf(batch.Batch.InputFileId)))
        {
            Fail([new BatchError("input_file_missing", "The file with the requests was deleted.", "input_file_id", Line: null)]);
            return;
        }

        if (IsKeyMissing)
        {
            Fail([new BatchError("key_missing", "The key that made the batch is there no more.", Param: null, Line: null)]);
            return;
        }

        if (batch.Batch.Status == BatchStatus.Validating && !await CheckAsync(stopping).ConfigureAwait(false))
        {
            return;
        }

        using (var output = new BatchOutput(store.ContentOf(batch.OutputId)))
        using (var errors = new BatchOutput(store.ContentOf(batch.ErrorId)))
        {
            if (!await AnswerAllAsync(output, errors, cancelled, stopping).ConfigureAwait(false))
            {
                return;
            }

            Keep(batch.OutputId, output.Bytes, "output");
            Keep(batch.ErrorId, errors.Bytes, "error");
        }

        End();
    }

    // Before anything of it has run.
    private void Fail(IReadOnlyList<BatchError> errors) => store.ChangeBatch(
        _id,
        one => one with { Status = BatchStatus.Failed, FailedAt = store.Now(), Errors = new BatchErrors(errors) },
        isKept: true);

    private async Task<bool> CheckAsync(CancellationToken stopping)
    {
        (int count, IReadOnlyList<BatchError> errors) = await _input.CheckAsync(stopping).ConfigureAwait(false);
        if (errors.Count > 0)
        {
            Fail(errors);
            return false;
        }

        store.ChangeBatch(
            _id,
            one => one with
            {
                // It may have been cancelled meanwhile.
                Status = one.Status == BatchStatus.Validating ? BatchStatus.InProgress : one.Status,
                InProgressAt = store.Now(),
                RequestCounts = new BatchCounts(count, 0, 0),
            },
            isKept: true);
        return true;
    }

    // False: the server stops, and the batch goes on with the next one.
    private async Task<bool> AnswerAllAsync(BatchOutput output, BatchOutput errors, CancellationToken cancelled, CancellationToken stopping)
    {
        TimeSpan left = DateTimeOffset.FromUnixTimeSeconds(batch.Batch.ExpiresAt) - time.GetUtcNow();
        using var expiry = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancelled, stopping, expiry.Token);
        Count(output, errors);
        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = store.Options.MaxConcurrentRequests, CancellationToken = ending.Token };
            await Parallel.ForEachAsync(Unanswered(output, errors, ending.Token), options, (line, token) => AnswerAsync(line, output, errors, token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            if (stopping.IsCancellationRequested)
            {
                return false;
            }

            if (!cancelled.IsCancellationRequested)
            {
                await ExpireAsync(output, errors, stopping).ConfigureAwait(false);
            }
        }

        return true;
    }

    private async IAsyncEnumerable<BatchLine> Unanswered(BatchOutput output, BatchOutput errors, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BatchLine line in _input.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!output.Has(line.CustomId) && !errors.Has(line.CustomId))
            {
                yield return line;
            }
        }
    }

    private async ValueTask AnswerAsync(BatchLine line, BatchOutput output, BatchOutput errors, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (IsKeyMissing)
            {
                errors.Write(line.CustomId, static json => Write(json, "key_missing", "The key that made the batch is there no more."));
                Count(output, errors);
                return;
            }

            // Who waits for an allowance holds up nobody else's batch.
            LineAnswer? answer = null;
            TimeSpan wait = Holder?.UntilTokens() ?? TimeSpan.Zero;
            if (wait <= TimeSpan.Zero)
            {
                await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    answer = await AskAsync(line, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    slots.Release();
                }
            }

            if (answer is { RetryAfter: null })
            {
                (answer.Status < StatusCodes.Status400BadRequest ? output : errors).Write(line.CustomId, json => Write(json, answer));
                Count(output, errors);
                return;
            }

            await Task.Delay(answer?.RetryAfter ?? wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<LineAnswer> AskAsync(BatchLine line, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        HttpContext context = InnerRequest.Create(batch.Batch.Endpoint, line.Body, new StreamResponseBodyFeature(body), cancellationToken);
        context.TraceIdentifier = BatchStore.NewId("req_");
        context.Features.Set(new RequestClass(RequestPriority.Low));
        if (Holder is { } holder)
        {
            context.Features.Set(holder);
        }

        if (batch.LocalOnly)
        {
            context.Request.Headers[ServerContext.LocalOnlyHeader] = "true";
        }

        await route(context).ConfigureAwait(false);
        int status = context.Response.StatusCode;
        if (status == Endpoint.ClientClosedRequest)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        TimeSpan? retryAfter = status is not (StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable) ? null
            : int.TryParse(context.Response.Headers.RetryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds)
            : s_retryAfter;
        return new LineAnswer(status, context.TraceIdentifier, body.GetBuffer().AsMemory(0, (int)body.Length), retryAfter);
    }

    private static void Write(Utf8JsonWriter json, LineAnswer answer)
    {
        json.WriteStartObject("response");
        json.WriteNumber("status_code", answer.Status);
        json.WriteString("request_id", answer.RequestId);
        json.WritePropertyName("body");

        // An object of a file is one line.
        using (JsonDocument body = JsonDocument.Parse(answer.Body))
        {
            body.RootElement.WriteTo(json);
        }

        json.WriteEndObject();
        json.WriteNull("error");
    }

    private static void Write(Utf8JsonWriter json, string code, string message)
    {
        json.WriteNull("response");
        json.WriteStartObject("error");
        json.WriteString("code", code);
        json.WriteString("message", message);
        json.WriteEndObject();
    }

    private async Task ExpireAsync(BatchOutput output, BatchOutput errors, CancellationToken stopping)
    {
        await foreach (BatchLine line in Unanswered(output, errors, stopping).ConfigureAwait(false))
        {
            errors.Write(line.CustomId, static json => Write(json, "batch_expired", "This request could not be executed before the completion window expired."));
        }

        Count(output, errors);
        store.ChangeBatch(_id, one => one with { ExpiredAt = store.Now() }, isKept: false);
    }

    private void Count(BatchOutput output, BatchOutput errors) =>
        store.ChangeBatch(_id, one => one with { RequestCounts = one.RequestCounts with { Completed = output.Count, Failed = errors.Count } }, isKept: false);

    private void Keep(string fileId, long bytes, string name)
    {
        if (bytes == 0)
        {
            File.Delete(store.ContentOf(fileId));
            return;
        }

        long now = store.Now();
        store.AddFile(new OwnedFile(batch.Owner, new StoredFile
        {
            Id = fileId,
            Bytes = bytes,
            CreatedAt = now,
            ExpiresAt = now + (batch.OutputLifetime ?? (long)store.Options.Lifetime.TotalSeconds),
            Filename = $"{_id}_{name}.jsonl",
            Purpose = "batch_output",
        }));
    }

    private void End()
    {
        long now = store.Now();
        string? output = File.Exists(store.ContentOf(batch.OutputId)) ? batch.OutputId : null;
        string? errors = File.Exists(store.ContentOf(batch.ErrorId)) ? batch.ErrorId : null;
        store.ChangeBatch(
            _id,
            one => (one with { OutputFileId = output, ErrorFileId = errors, FinalizingAt = now }) switch
            {
                { Status: BatchStatus.Cancelling } cancelled => cancelled with { Status = BatchStatus.Cancelled, CancelledAt = now },
                { ExpiredAt: not null } expired => expired with { Status = BatchStatus.Expired },
                var completed => completed with { Status = BatchStatus.Completed, CompletedAt = now },
            },
            isKept: true);
    }
}
