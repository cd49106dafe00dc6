using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.OpenAI.Batches;

public sealed class FileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-files-").FullName;

    [Fact]
    public async Task A_file_is_kept_listed_sent_and_deleted()
    {
        JsonElement kept;
        await using (LoopbackServer server = await StartAsync())
        {
            kept = (await server.UploadAsync("one\ntwo")).Json;
            await server.UploadAsync("three");
        }

        await using LoopbackServer again = await StartAsync();
        string path = $"/v1/files/{kept.GetProperty("id").GetString()}";
        JsonElement found = (await again.GetAsync(path)).Json;
        WireAnswer content = await again.GetAsync($"{path}/content");
        JsonElement list = (await again.GetAsync("/v1/files?purpose=batch&limit=1&order=asc")).Json;
        using HttpResponseMessage deleted = await again.Client.DeleteAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(kept.GetRawText(), found.GetRawText());
        Assert.Equal(("file", 7, "requests.jsonl", "batch"), (kept.GetProperty("object").GetString(), kept.GetProperty("bytes").GetInt32(), kept.GetProperty("filename").GetString(), kept.GetProperty("purpose").GetString()));
        Assert.Equal(TimeSpan.FromDays(30).TotalSeconds, kept.GetProperty("expires_at").GetInt64() - kept.GetProperty("created_at").GetInt64());
        Assert.Equal("one\ntwo", content.Body);
        Assert.Equal((1, true), (list.GetProperty("data").GetArrayLength(), list.GetProperty("has_more").GetBoolean()));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (deleted.StatusCode, (await again.GetAsync(path)).Status));
        Assert.Single((await again.GetAsync("/v1/files")).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task A_file_lives_as_long_as_it_is_to()
    {
        await using LoopbackServer server = await StartAsync(static options => options with { Lifetime = TimeSpan.FromSeconds(1) });

        JsonElement brief = (await server.UploadAsync("x")).Json;
        JsonElement longer = (await server.UploadAsync("x", "batch", ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "3600"))).Json;
        await Task.Delay(TimeSpan.FromSeconds(2.1));

        Assert.Equal(3600, longer.GetProperty("expires_at").GetInt64() - longer.GetProperty("created_at").GetInt64());
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync($"/v1/files/{brief.GetProperty("id").GetString()}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"/v1/files/{longer.GetProperty("id").GetString()}")).Status);
    }

    [Fact]
    public async Task What_cannot_be_kept_is_refused_and_leaves_nothing()
    {
        await using LoopbackServer server = await StartAsync(static options => options with { MaxFileBytes = 1000, MaxTotalBytes = 900 });

        Assert.Equal("purpose", await ParameterAsync(server.UploadAsync("x", "assistants")));
        Assert.Equal("expires_after.seconds", await ParameterAsync(server.UploadAsync("x", "batch", ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "5"))));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await server.UploadAsync(new string('x', 1001))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.PostAsync("/v1/files", "{}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nhalf")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b--\r\n")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("--b\r\nx: y\r\n\r\nbatch\r\n--b--\r\n")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("nothing")).Status);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder, "files")));

        await server.UploadAsync(new string('x', 950));
        Assert.Equal(HttpStatusCode.InsufficientStorage, (await server.UploadAsync("x")).Status);

        async Task<WireAnswer> PostAsync(string form)
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(form));
            content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
            return await WireAnswer.ReadAsync(await server.Client.PostAsync(new Uri("/v1/files", UriKind.Relative), content));
        }

        static async Task<string?> ParameterAsync(Task<WireAnswer> sending)
        {
            WireAnswer answer = await sending;
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            return answer.Json.GetProperty("error").GetProperty("param").GetString();
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<LoopbackServer> StartAsync(Func<BatchOptions, BatchOptions>? change = null)
    {
        var options = new BatchOptions { Directory = _folder };
        return LoopbackServer.StartAsync(services => services.AddSingleton<ITextGenerator>(new ScriptedTextGenerator()).AddBatches(change?.Invoke(options) ?? options));
    }
}
