using System.Runtime.CompilerServices;
using System.Text;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary>A batch's file: a request on each line, as <c>{custom_id, method, url, body}</c>. Empty lines are passed over.</summary>
/// <param name="path">Where its content lies.</param>
/// <param name="endpoint">The route that all of them ask.</param>
internal sealed class BatchInput(string path, string endpoint)
{
    private const int MostRequests = 50_000;
    private const int MostErrors = 100;

    /// <summary>Reads it all, and finds what is wrong before anything is computed.</summary>
    /// <returns>How many requests it has, and what is wrong with them.</returns>
    public async Task<(int Count, IReadOnlyList<BatchError> Errors)> CheckAsync(CancellationToken cancellationToken)
    {
        var errors = new List<BatchError>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        int count = 0;
        await foreach ((int number, string text) in LinesAsync(cancellationToken).ConfigureAwait(false))
        {
            count++;
            try
            {
                BatchLine line = Read(text);
                if (!ids.Add(line.CustomId))
                {
                    throw new RequestException(new Fault(FaultKind.BadRequest, $"custom_id '{line.CustomId}' is there twice") { Code = "duplicate_custom_id", Parameter = "custom_id" });
                }
            }
            catch (RequestException e)
            {
                errors.Add(new BatchError(e.Fault.Code ?? "invalid_request", e.Message, e.Fault.Parameter, number));
            }

            if (count > MostRequests)
            {
                errors.Add(new BatchError("too_many_requests", $"A batch has at most {MostRequests} requests.", Param: null, Line: null));
            }

            if (errors.Count >= MostErrors || count > MostRequests)
            {
                return (count, errors);
            }
        }

        return count > 0 ? (count, errors) : (0, [new BatchError("empty_file", "The file has no requests.", Param: null, Line: null)]);
    }

    /// <summary>Its requests, read as they are taken. It has to be checked before.</summary>
    public async IAsyncEnumerable<BatchLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach ((_, string text) in LinesAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return Read(text);
        }
    }

    private BatchLine Read(string text)
    {
        using RequestBody read = RequestBody.Of(Encoding.UTF8.GetBytes(text));
        JsonFields line = read.Fields;
        string id = line.RequiredText("custom_id");
        if (id.Length == 0)
        {
            throw RequestException.Bad("custom_id is required", "custom_id");
        }

        if (line.Text("method") is not (null or "POST"))
        {
            throw JsonFields.Wrong("method", "POST");
        }

        if (line.RequiredText("url") != endpoint)
        {
            throw new RequestException(new Fault(FaultKind.BadRequest, $"url must be the batch's endpoint, {endpoint}") { Code = "mismatched_endpoint", Parameter = "url" });
        }

        JsonFields body = line.Object("body") ?? throw RequestException.Bad("body is required", "body");
        return body.Truth("stream") == true ? throw RequestException.Bad("body.stream: the answers of a batch are not streamed", "body.stream")
            : body.Truth("background") == true ? throw RequestException.Bad("body.background: the answers of a batch are waited for", "body.background")
            : new BatchLine(id, Encoding.UTF8.GetBytes(body.Element.GetRawText()));
    }

    private async IAsyncEnumerable<(int Number, string Text)> LinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // It may be deleted while it is read.
        var options = new FileStreamOptions { Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan };
        using var reader = new StreamReader(path, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, options);
        int number = 0;
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } text)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return (number, text);
            }
        }
    }
}
