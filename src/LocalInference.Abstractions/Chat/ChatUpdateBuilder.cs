using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions;

/// <summary>Makes a chat client's updates of one answer's events.</summary>
internal sealed class ChatUpdateBuilder
{
    private GenerationStarted? _started;

    /// <summary>The update for an event; <see langword="null"/>: a chat client has nothing to say about it.</summary>
    public ChatResponseUpdate? Of(GenerationEvent e)
    {
        switch (e)
        {
            case GenerationStarted started:
                _started = started;
                return null;
            case AnswerContinued continued:
                _started = _started is null ? null : _started with { Route = continued.Route };
                return null;
            case TextDelta text:
                return Update(e, new TextContent(text.Text));
            case ReasoningDelta reasoning:
                return Update(e, new TextReasoningContent(reasoning.Text));
            case ReasoningSigned signed:
                return Update(e, Signed(signed));
            case ToolCallCompleted call:
                return Update(e, FunctionCalls.Content(call));
            case TokenGenerated:
                return Update(e);
            case GenerationEnded ended:
                ChatResponseUpdate last = Update(e, new UsageContent(Usage(ended.Usage)));
                last.FinishReason = Reason(ended.FinishReason);
                last.AdditionalProperties = Properties(ended);
                return last;
            default:
                return null;
        }
    }

    private ChatResponseUpdate Update(GenerationEvent e, params ReadOnlySpan<AIContent> contents) => new(ChatRole.Assistant, [.. contents])
    {
        ResponseId = _started?.ResponseId,
        MessageId = _started?.ResponseId,
        ModelId = _started?.Model,
        CreatedAt = _started?.CreatedAt,
        RawRepresentation = e,
    };

    private static TextReasoningContent Signed(ReasoningSigned signed)
    {
        var content = new TextReasoningContent("") { ProtectedData = signed.Signature };
        if (signed.IsRedacted)
        {
            content.AdditionalProperties = new() { ["redacted"] = true };
        }

        return content;
    }

    private static UsageDetails Usage(GenerationUsage usage)
    {
        UsageDetails details = Counts(usage);
        if (usage.CacheWrittenTokens > 0)
        {
            details.AdditionalCounts![ChatUsageNames.CacheWrittenTokens] = usage.CacheWrittenTokens;
        }

        return details;
    }

    private static UsageDetails Counts(GenerationUsage usage) => new()
    {
        InputTokenCount = usage.PromptTokens,
        CachedInputTokenCount = usage.CachedPromptTokens,
        OutputTokenCount = usage.GeneratedTokens,
        ReasoningTokenCount = usage.ReasoningTokens,
        TotalTokenCount = (long)usage.PromptTokens + usage.GeneratedTokens,
        AdditionalCounts = new()
        {
            [ChatUsageNames.PromptDuration] = Nanoseconds(usage.PromptDuration),
            [ChatUsageNames.GenerationDuration] = Nanoseconds(usage.GenerationDuration),
            [ChatUsageNames.LoadDuration] = Nanoseconds(usage.LoadDuration),
        },
    };

    private AdditionalPropertiesDictionary Properties(GenerationEnded ended)
    {
        var properties = new AdditionalPropertiesDictionary { [ChatUsageNames.FinishReason] = ended.FinishReason };
        if (_started?.Route is { } route)
        {
            properties[ChatUsageNames.Route] = route;
        }

        if (ended.StopSequence is { } stop)
        {
            properties[ChatUsageNames.StopSequence] = stop;
        }

        if (ended.Truncation is { } truncation)
        {
            properties[ChatUsageNames.Truncation] = truncation;
        }

        if (ended.Usage.Reuse != AnswerReuse.None)
        {
            properties[ChatUsageNames.Reuse] = ended.Usage.Reuse;
        }

        if (ended.Usage.Cost is { } cost)
        {
            properties[ChatUsageNames.Cost] = cost;
        }

        return properties;
    }

    private static ChatFinishReason Reason(FinishReason reason) => reason switch
    {
        FinishReason.MaxTokens or FinishReason.ContextFull => ChatFinishReason.Length,
        FinishReason.ToolCalls => ChatFinishReason.ToolCalls,
        FinishReason.ContentFilter => ChatFinishReason.ContentFilter,
        _ => ChatFinishReason.Stop,
    };

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
