namespace LocalInference.Providers.Tests;

/// <summary>How each provider says the same things, for tests that hold for all of them.</summary>
internal sealed record Protocol
{
    public required ProviderKind Kind { get; init; }

    public required string MediaType { get; init; }

    /// <summary>The pieces of an answer that says "Hello world", the last one its end.</summary>
    public required IReadOnlyList<string> Pieces { get; init; }

    /// <summary>How many of the pieces come before the first text.</summary>
    public required int FirstText { get; init; }

    /// <summary>The body of an error.</summary>
    public required Func<string, string, string> Error { get; init; }

    /// <summary>An error within a stream.</summary>
    public required string ErrorPiece { get; init; }

    public static Protocol OpenAI { get; } = new()
    {
        Kind = ProviderKind.OpenAI,
        MediaType = "text/event-stream",
        FirstText = 1,
        Pieces = Answer.Events(
            """{"id":"c1","created":1700000000,"model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""",
            """{"id":"c1","created":1700000000,"model":"m-1","choices":[{"index":0,"delta":{"content":"Hello"}}]}""",
            """{"id":"c1","created":1700000000,"model":"m-1","choices":[{"index":0,"delta":{"content":" world"}}]}""",
            """{"id":"c1","created":1700000000,"model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
            """{"id":"c1","created":1700000000,"model":"m-1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}""",
            "[DONE]"),
        Error = static (code, message) => $$$"""{"error":{"message":"{{{message}}}","type":"{{{code}}}","code":"{{{code}}}"}}""",
        ErrorPiece = Answer.Events("""{"error":{"message":"internal","type":"server_error"}}""")[0],
    };

    public static Protocol Anthropic { get; } = new()
    {
        Kind = ProviderKind.Anthropic,
        MediaType = "text/event-stream",
        FirstText = 3,
        Pieces =
        [
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"c1\",\"model\":\"m-1\",\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n",
            "event: ping\ndata: {\"type\":\"ping\"}\n\n",
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" world\"}}\n\n",
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
            "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}}\n\n",
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        ],
        Error = static (code, message) => $$$"""{"type":"error","error":{"type":"{{{code}}}","message":"{{{message}}}"}}""",
        ErrorPiece = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
    };

    public static Protocol Ollama { get; } = new()
    {
        Kind = ProviderKind.Ollama,
        MediaType = "application/x-ndjson",
        FirstText = 0,
        Pieces =
        [
            "{\"model\":\"m-1\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"done\":false}\n",
            "{\"model\":\"m-1\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\" world\"},\"done\":false}\n",
            "{\"model\":\"m-1\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":9,\"eval_count\":2,\"eval_duration\":2000000}\n",
        ],
        Error = static (_, message) => $$$"""{"error":"{{{message}}}"}""",
        ErrorPiece = "{\"error\":\"model runner has unexpectedly stopped\"}\n",
    };

    public static IReadOnlyList<Protocol> All { get; } = [OpenAI, Anthropic, Ollama];

    public static Protocol Of(ProviderKind kind) => All.Single(protocol => protocol.Kind == kind);

    /// <summary>An answer without faults.</summary>
    public Answer Whole => Answer.Stream(MediaType, [.. Pieces]);

    /// <summary>The beginning of an answer, and what then happens.</summary>
    public Answer Cut(int pieces, Func<Wire, Task> end) => Answer.Broken(MediaType, end, [.. Pieces.Take(pieces)]);

    /// <summary>An answer with the status of an error.</summary>
    public Answer Refusal(int status, string code = "error", string message = "no", params (string Name, string Value)[] headers) => Answer.Of(status, Error(code, message), "application/json", headers);
}
