namespace LocalInference.Providers;

/// <summary>What of a request a provider has a field for. All of them take conversations, tools and JSON schemas.</summary>
[Flags]
internal enum WireFeatures
{
    None = 0,
    PromptInput = 1,
    TokenInput = 1 << 1,
    Suffix = 1 << 2,
    PromptTokenization = 1 << 3,
    ForcedToolCalls = 1 << 4,
    SingleToolCall = 1 << 5,
    StrictTools = 1 << 6,
    JsonOutput = 1 << 7,
    GrammarOutput = 1 << 8,
    RegexOutput = 1 << 9,
    ChoiceOutput = 1 << 10,
    LogProbabilities = 1 << 11,
    IgnoreEndOfGeneration = 1 << 12,
    ContextLength = 1 << 13,
    ReasoningEffort = 1 << 14,
    ReasoningTokens = 1 << 15,
    ContinueFinalMessage = 1 << 16,
    Documents = 1 << 17,
    Template = 1 << 18,
    TemplateVariables = 1 << 19,
    StrictSchema = 1 << 20,
}
