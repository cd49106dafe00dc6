using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Reads the events of a streamed message, or one that is whole (platform.claude.com/docs/en/build-with-claude/streaming). Kinds that it does not know count for nothing, as is asked for there.</summary>
internal sealed class AnthropicAnswerParser(AnthropicProtocol protocol, GenerationRequest request, string model, TimeProvider time) : AnswerParser(request, model, time)
{
    private readonly string _model = model;

    protected override void Read(JsonElement message)
    {
        int place = message.Integer("index") ?? 0;
        switch (message.Text("type"))
        {
            case "message_start":
                JsonElement begun = message.Field("message") ?? default;
                Start(begun.Text("id"), begun.Text("model"), createdAt: null);
                Read(begun.Field("usage"));
                break;
            case "message":
                Whole(message);
                break;
            case "content_block_start":
                Begin(place, message.Field("content_block") ?? default);
                break;
            case "content_block_delta":
                Delta(place, message.Field("delta") ?? default);
                break;
            case "content_block_stop":
                Calls.End(place);
                break;
            case "message_delta":
                Read(message.Field("usage"));
                End(message.Field("delta") ?? default);
                break;
            case "message_stop":
                IsOver = IsWhole ? true : throw new JsonException("The message ends without a reason.");
                break;
            case "error":
                throw protocol.ErrorInAnswer(message, _model);
        }
    }

    private static FinishReason Reason(string reason) => reason switch
    {
        "max_tokens" => Abstractions.FinishReason.MaxTokens,
        "stop_sequence" => Abstractions.FinishReason.StopSequence,
        "tool_use" => Abstractions.FinishReason.ToolCalls,
        "refusal" => Abstractions.FinishReason.ContentFilter,
        "model_context_window_exceeded" => Abstractions.FinishReason.ContextFull,
        _ => Abstractions.FinishReason.EndOfGeneration,
    };

    private void Whole(JsonElement message)
    {
        Start(message.Text("id"), message.Text("model"), createdAt: null);
        Read(message.Field("usage"));
        int place = 0;
        foreach (JsonElement block in message.Items("content"))
        {
            Begin(place, block);
            Sign(block.Text("signature"), isRedacted: false);
            if (block.Text("type") == "tool_use")
            {
                Calls.Append(place, block.Field("input")?.GetRawText() ?? "");
                Calls.End(place);
            }

            place++;
        }

        End(message);
    }

    private void End(JsonElement end)
    {
        if (end.Text("stop_reason") is { } reason)
        {
            StopSequence = end.Text("stop_sequence");
            FinishReason = Reason(reason);
        }
    }

    private void Begin(int place, JsonElement block)
    {
        switch (block.Text("type"))
        {
            case "text":
                Text(block.Text("text"));
                break;
            case "thinking":
                Reasoning(block.Text("thinking"));
                break;
            case "redacted_thinking":
                Sign(block.Text("data"), isRedacted: true);
                break;
            case "tool_use":
                Calls.Begin(place, block.Text("id"), block.Text("name") ?? throw new JsonException("A tool call has no name."));
                break;
        }
    }

    private void Delta(int place, JsonElement delta)
    {
        switch (delta.Text("type"))
        {
            case "text_delta":
                Text(delta.Text("text"));
                break;
            case "thinking_delta":
                Reasoning(delta.Text("thinking"));
                break;
            case "signature_delta":
                Sign(delta.Text("signature"), isRedacted: false);
                break;
            case "input_json_delta":
                Calls.Append(place, delta.Text("partial_json") ?? "");
                break;
        }
    }

    private void Sign(string? signature, bool isRedacted) => Signature(string.IsNullOrEmpty(signature) ? null : protocol.Mark(signature), isRedacted);

    // The counts of the end replace those of the start where they are given. Input tokens are those neither read from the cache nor
    // written to it, so the prompt is the sum of the three.
    private void Read(JsonElement? usage)
    {
        if (usage is not { } counts)
        {
            return;
        }

        int read = counts.Integer("cache_read_input_tokens") ?? Usage.CachedPromptTokens;
        int written = counts.Integer("cache_creation_input_tokens") ?? Usage.CacheWrittenTokens;
        int fresh = counts.Integer("input_tokens") ?? Usage.PromptTokens - Usage.CachedPromptTokens - Usage.CacheWrittenTokens;
        Usage = Usage with
        {
            PromptTokens = fresh + read + written,
            CachedPromptTokens = read,
            CacheWrittenTokens = written,
            GeneratedTokens = counts.Integer("output_tokens") ?? Usage.GeneratedTokens,
            ReasoningTokens = counts.Field("output_tokens_details")?.Integer("thinking_tokens") ?? Usage.ReasoningTokens,
        };
    }
}
