using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.TestModels;
using LocalInference.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Http;

/// <summary>
/// Ten thousand damaged requests to every route: what is no JSON in UTF-8 is refused, and so are most of the others, each in its protocol's
/// form and with a status that blames the caller.
/// </summary>
public sealed class MalformedTests : IDisposable
{
    private const int Requests = 10_000;
    private const int Senders = 8;

    // What is known only when the server runs stands in bodies by these marks.
    private const string DigestMark = "<digest>";
    private const string FileMark = "<file>";

    private const string Form = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.jsonl\"\r\nContent-Type: application/jsonl\r\n\r\n{}\r\n--b--\r\n";

    private const string Messages = """[{"role":"system","content":"S"},{"role":"user","content":"Hi \u00e9"},{"role":"assistant","content":"","tool_calls":[{"id":"c","function":{"name":"f","arguments":{"x":1}}}]},{"role":"tool","content":"7","tool_call_id":"c"},{"role":"user","content":"x"}]""";
    private const string Tools = """[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"x":{"type":"integer"}}},"strict":true}}]""";

    // Those that change the store stand in the order in which they can be run.
    private static readonly (string Path, string Body)[] s_valid =
    [
        ("/api/chat", $$"""{"model":"chat","messages":{{Messages}},"tools":{{Tools}},"tool_choice":"auto","options":{"top_k":1,"temperature":0.5,"stop":["a"],"num_ctx":9,"logit_bias":{"5":-1} },"format":{"type":"object"},"keep_alive":"5m","think":false,"logprobs":true,"top_logprobs":2,"adapters":[{"name":"a","scale":1}],"truncate":true,"shift":false}"""),
        ("/api/generate", """{"model":"chat","prompt":"Hi","suffix":"","system":"S","template":"","context":[1,2],"raw":false,"stream":false,"choices":["a","b"],"options":{"seed":-1,"mirostat":2}}"""),
        ("/api/embed", """{"model":"chat","input":["a","b"],"dimensions":4,"truncate":false,"options":{}}"""),
        ("/api/embeddings", """{"model":"chat","prompt":"a"}"""),
        ("/api/show", """{"model":"chat","verbose":true}"""),
        ("/api/tokenize", """{"model":"chat","content":"a","add_special":true,"parse_special":false}"""),
        ("/api/detokenize", """{"model":"chat","tokens":[72,105]}"""),
        ("/api/rerank", """{"model":"chat","query":"q","documents":["a","bb"],"top_n":1}"""),
        ("/v1/chat/completions", $$"""{"model":"chat","messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],"tools":{{Tools}},"tool_choice":{"type":"function","function":{"name":"f"} },"n":2,"stream":true,"stream_options":{"include_usage":true},"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"} } },"logit_bias":{"5":1},"seed":5,"stop":"x","max_completion_tokens":9,"reasoning_effort":"low","chat_template_kwargs":{"a":1},"top_p":0.5}"""),
        ("/v1/completions", """{"model":"chat","prompt":["a","b"],"n":1,"logprobs":1,"max_tokens":5,"response_format":{"type":"json_object","schema":{"type":"object"}}}"""),
        ("/v1/completions", """{"model":"chat","prompt":["a",[1,2]],"echo":true,"grammar":"root ::= \"a\""}"""),
        ("/v1/embeddings", """{"model":"chat","input":[[1,2],[3]],"encoding_format":"base64","dimensions":4}"""),
        ("/v1/responses", """{"model":"chat","instructions":"S","input":[{"role":"user","content":[{"type":"input_text","text":"Hi"}]},{"type":"reasoning","content":[{"type":"reasoning_text","text":"t"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"7"}],"tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],"tool_choice":"auto","text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"} } },"reasoning":{"effort":"low"},"max_output_tokens":9,"metadata":{"a":"b"},"truncation":"auto","store":false}"""),
        ("/completion", """{"model":"chat","prompt":["a",[1,2],{"prompt_string":"x"}],"n_predict":5,"temperature":0.5,"stop":["a"],"n_probs":1,"logit_bias":[[5,-1]],"json_schema":{"type":"object"},"response_fields":["content"],"seed":-1,"mirostat":1,"dry_sequence_breakers":["a"]}"""),
        ("/infill", """{"model":"chat","input_prefix":"a","input_suffix":"b","prompt":"c","input_extra":[{"filename":"f","text":"t"}],"stream":true}"""),
        ("/tokenize", """{"model":"chat","content":["a",5],"add_special":true,"with_pieces":true}"""),
        ("/embedding", """{"model":"chat","content":["a","b"],"embd_normalize":2}"""),
        ("/rerank", """{"model":"chat","query":"q","documents":["a","bb"],"top_n":1}"""),
        ("/v1/messages", """{"model":"chat","max_tokens":9,"system":[{"type":"text","text":"S"}],"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"t"},{"type":"tool_use","id":"c","name":"f","input":{"x":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"7"}]}],"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"any"},"thinking":{"type":"enabled","budget_tokens":5},"stop_sequences":["a"],"stream":true,"metadata":{"user_id":"u"}}"""),
        ("/v1/messages", """{"model":"chat","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"redacted_thinking","data":"d"},{"type":"tool_use","id":"c","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c","is_error":true,"content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQID"}},{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"x"}]}]},{"type":"image","source":{"type":"url","url":"https://example.com/x"}},{"type":"document","title":"t","context":"c","source":{"type":"content","content":[{"type":"text","text":"x"}]}},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AQID"}}]},{"role":"system","content":"S"}]}"""),
        ("/v1/messages/count_tokens", """{"model":"chat","messages":[{"role":"user","content":"x"}]}"""),
        ("/apply-template", $$"""{"model":"chat","messages":{{Messages}},"tools":{{Tools}},"chat_template_kwargs":{"a":1} }"""),
        ("/detokenize", """{"model":"chat","tokens":[72,105]}"""),
        ("/api/create", """{"model":"made","files":{"m.gguf":"<digest>"},"system":"S","template":"{{ .Prompt }}","license":["L"],"parameters":{"temperature":0.5,"stop":["a"]},"messages":[{"role":"user","content":"Hi"}],"stream":false}"""),
        ("/api/copy", """{"source":"made","destination":"copied:t"}"""),
        ("DELETE /api/delete", """{"model":"copied:t"}"""),
        ("/api/pull", """{"model":"m","insecure":true,"stream":false}"""),
        ("/api/push", """{"model":"m","insecure":true,"stream":true}"""),
        ("/v1/files", Form),
        ("/v1/batches", """{"input_file_id":"<file>","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"a":"b"},"output_expires_after":{"anchor":"created_at","seconds":3600}}"""),
    ];

    private static readonly string[] s_pieces = ["\"", "{", "}", "[", "]", ":", ",", "null", "1e999", "-1", "1.5", "99999999999999999999", "\\u", "\\ud800", "\0", "true", new('[', 300), new('{', 300), "\u0001", " "];

    private static readonly string[] s_values = ["null", "true", "-1", "0", "1.5", "2147483648", "1e308", "-1e308", "1e999", "\"\"", "\"x\"", "\"\\ud800\"", "[]", "[null]", "[[]]", "{}", "{\"\":null}", $"{new string('[', 60)}{new string(']', 60)}"];

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-malformed-").FullName;
    private readonly PlayedStore _store = new();

    [Fact]
    public async Task Damaged_requests_are_the_callers_fault_and_the_server_goes_on()
    {
        await using LoopbackServer server = await StartAsync();
        (string Path, string Body)[] valid = await FillAsync(server);
        int refused = 0;

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            var random = new Random(sender);
            for (int i = 0; i < Requests / Senders; i++)
            {
                (string path, string body) = valid[random.Next(valid.Length)];
                byte[] damaged = Damage(body, random);
                WireAnswer answer = await SendAsync(server, path, damaged);
                Check(path, damaged, answer);
                if (answer.Status != HttpStatusCode.OK)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));

        Assert.True(refused >= Requests / 2, $"{refused} of {Requests} are refused");
        foreach ((string path, string body) in valid)
        {
            WireAnswer answer = await SendAsync(server, path, Encoding.UTF8.GetBytes(body));
            Assert.True(answer.Status == HttpStatusCode.OK, $"{path}: {answer.Body}");
        }

        // Batches that were begun write into the folder until the server has stopped them, and it is deleted next.
        await server.StopAsync();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("NONSENSE\r\n\r\n", 400)]
    [InlineData("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 505)]
    [InlineData("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 400)]
    [InlineData("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n{", 413)]
    [InlineData("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", 400)]
    [InlineData("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\nX: <40000>\r\n\r\n", 431)]
    public async Task Damaged_HTTP_is_refused(string request, int status)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request.Replace("<40000>", new string('x', 40_000), StringComparison.Ordinal)));
        using var reader = new StreamReader(socket.GetStream());

        string? line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.StartsWith($"HTTP/1.1 {status} ", line, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<LoopbackServer> StartAsync()
    {
        var models = new FakeModels(FakeModels.Chat);
        return LoopbackServer.StartAsync(services => services
            .AddSingleton<ITextGenerator>(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("x")))
            .AddSingleton<IModelCatalog>(models)
            .AddSingleton<IModelLifetime>(models)
            .AddSingleton<IEmbedder>(new ScriptedEmbedder(8))
            .AddSingleton<IReranker>(new FakeReranker())
            .AddSingleton<IPromptTokenizer>(new FakeTokenizer())
            .AddSingleton<ITokenCounter>(new FakeTokenizer())
            .AddSingleton<IModelStore>(_store)
            .AddBatches(new BatchOptions { Directory = Path.Combine(_folder, "batches") }));
    }

    // What bodies stand on: a blob, and a file of requests.
    private async Task<(string Path, string Body)[]> FillAsync(LoopbackServer server)
    {
        byte[] model = await File.ReadAllBytesAsync(TestModel.WriteTo(_folder, TestModelSpec.Qwen2 with { Name = "tiny-qwen2-malformed" }));
        string digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(model))}";
        await _store.AddBlobAsync(digest, new MemoryStream(model));
        string file = (await server.UploadAsync(BatchClient.Line("a", "x"))).Json.GetProperty("id").GetString()!;
        return [.. s_valid.Select(one => (one.Path, one.Body.Replace(DigestMark, digest, StringComparison.Ordinal).Replace(FileMark, file, StringComparison.Ordinal)))];
    }

    private static async Task<WireAnswer> SendAsync(LoopbackServer server, string path, byte[] body)
    {
        (HttpMethod method, string place) = path.Split(' ') is [var name, var rest] ? (new HttpMethod(name), rest) : (HttpMethod.Post, path);
        using var request = new HttpRequestMessage(method, place) { Content = new ByteArrayContent(body) };
        if (IsForm(path))
        {
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        }

        return await WireAnswer.ReadAsync(await server.Client.SendAsync(request));
    }

    private static bool IsForm(string path) => path == "/v1/files";

    private static bool IsJson(byte[] bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return Utf8.IsValid(bytes);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // A form has no values of other types.
    private static byte[] Damage(string body, Random random)
    {
        switch (random.Next(body == Form ? 3 : 5))
        {
            case 0:
                return Encoding.UTF8.GetBytes(body[..random.Next(body.Length)]);
            case 1:
                int place = random.Next(body.Length);
                return Encoding.UTF8.GetBytes(body[..place] + s_pieces[random.Next(s_pieces.Length)] + body[Math.Min(body.Length, place + random.Next(12))..]);
            case 2:
                byte[] bytes = Encoding.UTF8.GetBytes(body);
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            default:
                return Encoding.UTF8.GetBytes(WithOtherValue(body, random));
        }
    }

    // Some value, at any depth, becomes one of another type or size. The mark is one that no value holds.
    private static string WithOtherValue(string body, Random random)
    {
        const string Mark = "<here>";
        JsonNode root = JsonNode.Parse(body)!;
        JsonNode node = root;
        while (true)
        {
            JsonNode[] children = [.. node switch { JsonObject fields => fields.Select(static field => field.Value!), JsonArray items => items.Select(static item => item!), _ => [] }];
            if (children.Length == 0 || (node != root && random.Next(3) == 0))
            {
                break;
            }

            node = children[random.Next(children.Length)];
        }

        if (node == root)
        {
            return s_values[random.Next(s_values.Length)];
        }

        node.ReplaceWith(Mark);
        return root.ToJsonString().Replace(JsonSerializer.Serialize(Mark), s_values[random.Next(s_values.Length)], StringComparison.Ordinal);
    }

    private static void Check(string path, byte[] damaged, WireAnswer answer)
    {
        string what = $"{path} {answer.Status} {answer.Body}\n{Encoding.Latin1.GetString(damaged)}";
        Assert.True((int)answer.Status is 200 or 400 or 404, what);
        Assert.True(answer.Status != HttpStatusCode.OK || IsForm(path) || IsJson(damaged), what);
        if (answer.Status == HttpStatusCode.OK)
        {
            return;
        }

        Assert.True(answer.Json.TryGetProperty("error", out JsonElement error), what);
        JsonElement message = path.Contains("/api/", StringComparison.Ordinal) ? error : error.GetProperty("message");
        Assert.True(message.GetString() is { Length: > 0 }, what);
        Assert.True(path.StartsWith("/v1/messages", StringComparison.Ordinal) == answer.Json.TryGetProperty("type", out _), what);
    }
}
