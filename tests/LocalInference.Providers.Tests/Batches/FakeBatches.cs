using System.Globalization;
using System.Text.Json.Nodes;

namespace LocalInference.Providers.Tests;

/// <summary>
/// The batches of a provider, as OpenAI or Anthropic speak of them: one can be submitted, and is as far as the test says. Each of its
/// requests is answered with its own name.
/// </summary>
internal sealed class FakeBatches(ProviderKind kind)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private List<JsonNode> _requests = [];

    public string Id => kind == ProviderKind.Anthropic ? "msgbatch_1" : "batch_1";

    public string SubmitPath => kind == ProviderKind.Anthropic ? "/v1/messages/batches" : "/v1/batches";

    public string ResultPath => kind == ProviderKind.Anthropic ? $"/v1/messages/batches/{Id}/results" : "/v1/files/out_1/content";

    /// <summary>What was submitted: the provider's own form of each request.</summary>
    public IReadOnlyList<JsonNode> Requests => _requests;

    /// <summary>How far it is: <c>in_progress</c>, <c>cancelling</c>, <c>completed</c>, <c>cancelled</c>, <c>expired</c> or <c>failed</c>.</summary>
    public string State { get; set; } = "in_progress";

    /// <summary>A key that its errors repeat.</summary>
    public string Key { get; init; } = "sk-test-key";

    /// <summary>What becomes of requests that are not answered, by name: <c>error</c>, <c>cancelled</c> or <c>expired</c>.</summary>
    public Dictionary<string, string> Outcomes { get; } = new(StringComparer.Ordinal);

    /// <summary>What is answered instead, to the n-th request of a method and path (from 0); <see langword="null"/>: nothing.</summary>
    public Func<string, int, Answer?> Fault { get; set; } = static (_, _) => null;

    /// <summary>The body of an answer in the protocol's form; <see langword="null"/>: a text with the request's name.</summary>
    public Func<string, string>? Body { get; set; }

    /// <summary>How often something was asked for, such as <c>POST /v1/batches</c>.</summary>
    public int Count(string methodAndPath)
    {
        lock (_lock)
        {
            return _counts.GetValueOrDefault(methodAndPath);
        }
    }

    public Task<FakeProvider> StartAsync() => FakeProvider.StartAsync((request, _) => AnswerTo(request));

    /// <summary>The lines of the file of answers.</summary>
    public string[] Lines => [.. _requests.Select(static request => (string)request["custom_id"]!).Where(id => kind == ProviderKind.Anthropic || !Outcomes.ContainsKey(id)).Select(Line)];

    private Answer AnswerTo(RecordedRequest request)
    {
        string key = $"{request.Method} {request.Path}";
        int number;
        lock (_lock)
        {
            number = _counts.GetValueOrDefault(key);
            _counts[key] = number + 1;
        }

        return Fault(key, number) ?? (request.Method, request.Path) switch
        {
            ("POST", "/v1/files") => Upload(request),
            ("POST", "/v1/messages/batches") => Submit([.. request.Json["requests"]!.AsArray().Select(static one => one!.DeepClone())]),
            ("POST", "/v1/batches") when (string?)request.Json["input_file_id"] == "in_1" => Answer.Of(200, Status()),
            ("GET", "/v1/batches") => Answer.Of(200, $$"""{"object":"list","data":[{{Status()}}]}"""),
            ("POST", var path) when path == $"{SubmitPath}/{Id}/cancel" => Cancel(),
            ("GET", var path) when path == $"{SubmitPath}/{Id}" => Answer.Of(200, Status()),
            ("GET", var path) when path == ResultPath => File(Lines),
            ("GET", "/v1/files/err_1/content") => File([.. Outcomes.Where(static one => one.Value != "missing").Select(one => Line(one.Key))]),
            _ => Answer.Of(404, """{"error":{"type":"not_found_error","message":"no such thing"}}"""),
        };
    }

    public static Answer File(string[] lines) => Answer.Of(200, string.Join('\n', lines), "application/octet-stream");

    private Answer Upload(RecordedRequest request)
    {
        Assert.Contains("name=\"purpose\"\r\n\r\nbatch\r\n", request.Body, StringComparison.Ordinal);
        _requests = [.. request.Body.Split('\n').Where(static line => line.StartsWith('{')).Select(static line => JsonNode.Parse(line)!)];
        return Answer.Of(200, """{"id":"in_1","object":"file","purpose":"batch"}""");
    }

    private Answer Submit(List<JsonNode> requests)
    {
        _requests = requests;
        return Answer.Of(200, Status());
    }

    private Answer Cancel()
    {
        State = "cancelling";
        return Answer.Of(200, Status());
    }

    private string Status()
    {
        int failed = Outcomes.Values.Count(static outcome => outcome == "error");
        int done = _requests.Count - Outcomes.Count;
        bool isOver = State is "completed" or "cancelled" or "expired";
        if (kind != ProviderKind.Anthropic)
        {
            string output = isOver ? "\"out_1\"" : "null";
            string errors = isOver && Outcomes.Values.Any(static outcome => outcome != "missing") ? "\"err_1\"" : "null";
            string faults = State == "failed" ? """{"object":"list","data":[{"code":"invalid","line":2,"message":"KEY is wrong"}]}""".Replace("KEY", Key, StringComparison.Ordinal) : "null";
            return string.Create(
                CultureInfo.InvariantCulture,
                $$$"""{"id":"{{{Id}}}","object":"batch","input_file_id":"in_1","status":"{{{State}}}","output_file_id":{{{output}}},"error_file_id":{{{errors}}},"errors":{{{faults}}},"created_at":1700000000,"expires_at":1700086400,"request_counts":{"total":{{{_requests.Count}}},"completed":{{{done}}},"failed":{{{failed}}} } }""");
        }

        string state = isOver ? "ended" : State == "cancelling" ? "canceling" : "in_progress";
        string url = isOver ? "\"http://127.0.0.1:1/elsewhere\"" : "null";
        int cancelled = Outcomes.Values.Count(static outcome => outcome == "cancelled");
        int expired = Outcomes.Values.Count(static outcome => outcome == "expired");
        return string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"id":"{{{Id}}}","type":"message_batch","processing_status":"{{{state}}}","results_url":{{{url}}},"created_at":"2023-11-14T22:13:20Z","expires_at":"2023-11-15T22:13:20Z","request_counts":{"processing":0,"succeeded":{{{done}}},"errored":{{{failed}}},"canceled":{{{cancelled}}},"expired":{{{expired}}} } }""");
    }

    private string Line(string id) => kind == ProviderKind.Anthropic
        ? $$"""{"custom_id":"{{id}}","result":{{Result(id)}} }"""
        : $$"""{"id":"r","custom_id":"{{id}}",{{Response(id)}} }""";

    private string Result(string id) => Outcomes.GetValueOrDefault(id) switch
    {
        null => $$"""{"type":"succeeded","message":{{Body?.Invoke(id) ?? Message(id)}} }""",
        "error" => """{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"KEY is wrong"}}}""".Replace("KEY", Key, StringComparison.Ordinal),
        "cancelled" => """{"type":"canceled"}""",
        _ => """{"type":"expired"}""",
    };

    private string Response(string id) => Outcomes.GetValueOrDefault(id) switch
    {
        null => $$""" "response":{"status_code":200,"request_id":"req-{{id}}","body":{{Body?.Invoke(id) ?? Completion(id)}} },"error":null""",
        "error" => """ "response":{"status_code":400,"request_id":"KEY","body":{"error":{"message":"KEY is wrong","type":"invalid_request_error"}}},"error":null""".Replace("KEY", Key, StringComparison.Ordinal),
        var outcome => $$""" "response":null,"error":{"code":"batch_{{outcome}}","message":"not run"}""",
    };

    private static string Message(string id) => $$$"""{"id":"msg-{{{id}}}","type":"message","role":"assistant","model":"m-1","content":[{"type":"text","text":"answer to {{{id}}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":2}}""";

    private static string Completion(string id) => $$$"""{"id":"c-{{{id}}}","object":"chat.completion","created":1700000000,"model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"answer to {{{id}}}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2}}""";
}
