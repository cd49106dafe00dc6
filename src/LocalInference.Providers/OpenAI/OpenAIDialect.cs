namespace LocalInference.Providers;

/// <summary>What servers with OpenAI's interface have beyond it, or lack. Immutable.</summary>
internal sealed record OpenAIDialect
{
    public required WireFeatures Features { get; init; }

    public required SamplingFields Sampling { get; init; }

    /// <summary>The field for the most tokens of a chat's answer.</summary>
    public string MaxTokensField { get; init; } = "max_tokens";

    /// <summary>Whether thinking is switched by the chat template's variable <c>enable_thinking</c>; otherwise by <c>reasoning_effort</c>.</summary>
    public bool SwitchesThinkingInTemplate { get; init; }

    /// <summary>Whether a begun answer is told by vLLM's <c>continue_final_message</c>; otherwise by its place behind all other messages.</summary>
    public bool NamesContinuation { get; init; }

    /// <summary>Whether thoughts of earlier answers are sent back, as <c>reasoning_content</c>.</summary>
    public bool TakesReasoning { get; init; }

    /// <summary>Whether grammars, expressions and choices are in vLLM's <c>structured_outputs</c>; otherwise a grammar is <c>grammar</c>.</summary>
    public bool UsesStructuredOutputs { get; init; }

    public static OpenAIDialect Of(ProviderKind kind)
    {
        const WireFeatures Common = WireFeatures.PromptInput | WireFeatures.ForcedToolCalls | WireFeatures.SingleToolCall | WireFeatures.StrictTools | WireFeatures.JsonOutput | WireFeatures.StrictSchema
            | WireFeatures.LogProbabilities | WireFeatures.ReasoningEffort;
        return kind switch
        {
            ProviderKind.OpenAI => new() { Features = Common | WireFeatures.TokenInput | WireFeatures.Suffix, Sampling = SamplingFields.OpenAI, MaxTokensField = "max_completion_tokens" },
            ProviderKind.Vllm => new()
            {
                Features = Common | WireFeatures.TokenInput | WireFeatures.GrammarOutput | WireFeatures.RegexOutput | WireFeatures.ChoiceOutput | WireFeatures.IgnoreEndOfGeneration
                    | WireFeatures.ContinueFinalMessage | WireFeatures.Documents | WireFeatures.Template | WireFeatures.TemplateVariables,
                Sampling = SamplingFields.Vllm,
                SwitchesThinkingInTemplate = true,
                NamesContinuation = true,
                TakesReasoning = true,
                UsesStructuredOutputs = true,
            },
            ProviderKind.LlamaServer => new()
            {
                Features = Common | WireFeatures.TokenInput | WireFeatures.GrammarOutput | WireFeatures.IgnoreEndOfGeneration | WireFeatures.TemplateVariables,
                Sampling = SamplingFields.LlamaServer,
                SwitchesThinkingInTemplate = true,
                TakesReasoning = true,
            },
            ProviderKind.LocalInference => new()
            {
                Features = Common | WireFeatures.TokenInput | WireFeatures.Suffix | WireFeatures.GrammarOutput | WireFeatures.ContextLength | WireFeatures.TemplateVariables
                    | WireFeatures.ContinueFinalMessage,
                Sampling = SamplingFields.LocalInference,
                TakesReasoning = true,
            },
            _ => new() { Features = Common, Sampling = SamplingFields.OpenAI },
        };
    }
}
