using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;

namespace LocalInference.Server.OpenAI;

/// <summary>Fields that the answers of several of OpenAI's routes share.</summary>
internal static class CompletionFields
{
    /// <summary>Writes why an answer ended, and what was left out of its prompt.</summary>
    /// <param name="json">Where: in its choice, since several answers need not have lost the same.</param>
    /// <param name="ended">Its end; <see langword="null"/>: it goes on.</param>
    public static void End(Utf8JsonWriter json, GenerationEnded? ended)
    {
        json.WriteString("finish_reason", ended?.FinishReason switch
        {
            null => null,
            FinishReason.MaxTokens or FinishReason.ContextFull => "length",
            FinishReason.ToolCalls => "tool_calls",
            FinishReason.ContentFilter => "content_filter",
            _ => "stop",
        });
        TruncationFields.Write(json, ended?.Truncation);
    }

    /// <summary>Writes what answers took together; each prompt counts once.</summary>
    /// <param name="json">Where.</param>
    /// <param name="ended">The ends of the answers.</param>
    /// <param name="answersOfEach">How many answers each prompt got.</param>
    public static void Usage(Utf8JsonWriter json, IReadOnlyList<GenerationEnded> ended, int answersOfEach)
    {
        GenerationUsage[] prompts = [.. ended.Where((_, index) => index % answersOfEach == 0).Select(static end => end.Usage)];
        int prompt = prompts.Sum(static usage => usage.PromptTokens);
        int completion = ended.Sum(static end => end.Usage.GeneratedTokens);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", prompt);
        json.WriteNumber("completion_tokens", completion);
        json.WriteNumber("total_tokens", prompt + completion);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", prompts.Sum(static usage => usage.CachedPromptTokens));
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details");
        json.WriteNumber("reasoning_tokens", ended.Sum(static end => end.Usage.ReasoningTokens));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
