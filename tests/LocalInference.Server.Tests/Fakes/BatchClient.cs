using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>Sends files and waits for batches.</summary>
internal static class BatchClient
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static async Task<WireAnswer> UploadAsync(this LoopbackServer server, string content, string purpose = "batch", params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(content));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");

        // As the companies' clients have it: the file may be the first.
        form.Add(file, "file", "requests.jsonl");
        form.Add(new StringContent(purpose), "purpose");
        foreach ((string name, string value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        return await WireAnswer.ReadAsync(await server.Client.PostAsync(new Uri("/v1/files", UriKind.Relative), form));
    }

    /// <summary>Begins a batch of these lines.</summary>
    public static async Task<JsonElement> BeginBatchAsync(this LoopbackServer server, string lines, string endpoint = "/v1/chat/completions")
    {
        string file = (await server.UploadAsync(lines)).Json.GetProperty("id").GetString()!;
        return (await server.PostAsync("/v1/batches", $$$"""{"input_file_id":"{{{file}}}","endpoint":"{{{endpoint}}}","completion_window":"24h","metadata":{"a":"b"}}""")).Json;
    }

    /// <summary>Waits until a batch is so far.</summary>
    public static async Task<JsonElement> WaitForBatchAsync(this LoopbackServer server, JsonElement batch, Func<JsonElement, bool> isSoFar)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (!isSoFar(batch))
        {
            await Task.Delay(10, limit.Token);
            batch = (await server.GetAsync($"/v1/batches/{batch.GetProperty("id").GetString()}")).Json;
        }

        return batch;
    }

    public static Task<JsonElement> EndOfBatchAsync(this LoopbackServer server, JsonElement batch) =>
        server.WaitForBatchAsync(batch, static one => one.GetProperty("status").GetString() is "completed" or "failed" or "expired" or "cancelled");

    /// <summary>The objects of a file, by what the caller called them.</summary>
    public static async Task<Dictionary<string, JsonElement>> LinesAsync(this LoopbackServer server, JsonElement batch, string field) =>
        (await server.GetAsync($"/v1/files/{batch.GetProperty(field).GetString()}/content")).Lines.ToDictionary(static line => line.GetProperty("custom_id").GetString()!, StringComparer.Ordinal);

    public static string Line(string id, string content, string model = "chat") =>
        $$$"""{"custom_id":"{{{id}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"{{{model}}}","messages":[{"role":"user","content":"{{{content}}}"}]}}""";
}
