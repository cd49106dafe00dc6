using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Reads the chunks of a streamed answer, or one that is whole: those of chats and those of completions, with the fields of servers that follow OpenAI.</summary>
internal sealed class OpenAIAnswerParser(OpenAIProtocol protocol, GenerationRequest request, string model, TimeProvider time) : AnswerParser(request, model, time)
{
    private readonly string _model = model;
    private bool _isRefusal;

    protected override bool IsEnd(ReadOnlySpan<byte> message) => message.SequenceEqual("[DONE]"u8);

    protected override void Read(JsonElement message)
    {
        if (message.Field("error") is not null)
        {
            throw protocol.ErrorInAnswer(message, _model);
        }

        Start(message.Text("id"), message.Text("model"), message.Long("created") is { } seconds and > 0 and < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);
        foreach (JsonElement choice in message.Items("choices"))
        {
            Choice(choice);
        }

        if (message.Field("usage") is { ValueKind: JsonValueKind.Object } usage)
        {
            Read(usage, message);
        }
    }

    private void Choice(JsonElement choice)
    {
        foreach (JsonElement token in choice.Field("logprobs")?.Items("content") ?? [])
        {
            Token(TokenLogProbabilities.Read(token));
        }

        if ((choice.Field("delta") ?? choice.Field("message")) is { } delta)
        {
            Reasoning(delta.Text("reasoning_content") ?? delta.Text("reasoning"));
            Text(delta.Text("content"));
            if (delta.Text("refusal") is { Length: > 0 } refusal)
            {
                _isRefusal = true;
                Text(refusal);
            }

            int place = 0;
            foreach (JsonElement call in delta.Items("tool_calls"))
            {
                Call(call, call.Integer("index") ?? place);
                place++;
            }
        }

        Text(choice.Text("text"));
        if (choice.Text("finish_reason") is { } reason)
        {
            StopSequence = choice.Text("stop_reason");
            FinishReason = Reason(reason);
        }
    }

    private void Call(JsonElement call, int place)
    {
        JsonElement function = call.Field("function") ?? default;
        string? id = call.Text("id");
        if (!Calls.IsUnderWay(place, id))
        {
            Calls.Begin(place, id, function.Text("name") ?? throw new JsonException("A tool call has no name."));
        }

        Calls.Append(place, function.Text("arguments") ?? "");
    }

    private FinishReason Reason(string reason) => reason switch
    {
        "length" => Abstractions.FinishReason.MaxTokens,
        "tool_calls" or "function_call" => Abstractions.FinishReason.ToolCalls,
        "content_filter" => Abstractions.FinishReason.ContentFilter,
        _ when _isRefusal => Abstractions.FinishReason.ContentFilter,
        _ => StopSequence is null ? Abstractions.FinishReason.EndOfGeneration : Abstractions.FinishReason.StopSequence,
    };

    private void Read(JsonElement usage, JsonElement message)
    {
        JsonElement timings = message.Field("timings") ?? default;
        Usage = Usage with
        {
            PromptTokens = usage.Integer("prompt_tokens") ?? 0,
            CachedPromptTokens = usage.Field("prompt_tokens_details")?.Integer("cached_tokens") ?? usage.Integer("prompt_cache_hit_tokens") ?? 0,
            GeneratedTokens = usage.Integer("completion_tokens") ?? 0,
            ReasoningTokens = usage.Field("completion_tokens_details")?.Integer("reasoning_tokens") ?? 0,
            PromptDuration = TimeSpan.FromMilliseconds(timings.Number("prompt_ms") ?? 0),
            GenerationDuration = TimeSpan.FromMilliseconds(timings.Number("predicted_ms") ?? 0),
        };
    }
}
