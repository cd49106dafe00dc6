namespace LocalInference.Abstractions;

/// <summary>
/// Names in <c>ChatOptions.AdditionalProperties</c> that a chat client over an <see cref="ITextGenerator"/> understands. Numbers and
/// truth values may also be given as <c>JsonElement</c> or as text. A value of another kind is a <see cref="GenerationException"/>
/// (<c>invalid_option</c>).
/// </summary>
public static class ChatOptionNames
{
    /// <summary>Number of tokens: <see cref="GenerationRequest.ContextLength"/>.</summary>
    public const string ContextLength = "num_ctx";

    /// <summary>A <see cref="TimeSpan"/>, or a number of seconds, negative for ever: <see cref="GenerationRequest.KeepAlive"/>.</summary>
    public const string KeepAlive = "keep_alive";

    /// <summary><see cref="SamplingOptions.MinP"/>.</summary>
    public const string MinP = "min_p";

    /// <summary><see cref="SamplingOptions.TypicalP"/>.</summary>
    public const string TypicalP = "typical_p";

    /// <summary><see cref="SamplingOptions.RepeatPenalty"/>.</summary>
    public const string RepeatPenalty = "repeat_penalty";

    /// <summary><see cref="SamplingOptions.PenaltyLastN"/>.</summary>
    public const string RepeatLastN = "repeat_last_n";

    /// <summary>GBNF text: a <see cref="GrammarOutput"/>. Not together with a response format.</summary>
    public const string Grammar = "grammar";

    /// <summary>Whether a schema as response format must be kept as a whole: <see cref="JsonSchemaOutput.Strict"/>.</summary>
    public const string Strict = "strict";

    /// <summary>Number of alternatives: <see cref="GenerationRequest.LogProbabilities"/>.</summary>
    public const string TopLogProbabilities = "top_logprobs";

    /// <summary>Number of tokens: <see cref="ReasoningSettings.MaxTokens"/>.</summary>
    public const string ReasoningTokens = "reasoning_tokens";

    /// <summary>Text: <see cref="GenerationRequest.Caller"/>.</summary>
    public const string Caller = "caller";

    /// <summary>A <see cref="RequestPriority"/> or its name: <see cref="GenerationRequest.Priority"/>.</summary>
    public const string Priority = "priority";

    /// <summary>Truth value: <see cref="GenerationRequest.LocalOnly"/>.</summary>
    public const string LocalOnly = "local_only";

    /// <summary>A sequence of <see cref="AdapterSelection"/>: <see cref="GenerationRequest.Adapters"/>.</summary>
    public const string Adapters = "adapters";
}
