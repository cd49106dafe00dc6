namespace LocalInference.Abstractions;

/// <summary>How to generate. Immutable and safe to share between requests and threads.</summary>
public sealed record GenerationOptions
{
    /// <summary>Ollama's sampling defaults, no limit but the context.</summary>
    public static GenerationOptions Default { get; } = new();

    /// <summary>The most tokens to generate; <see langword="null"/>: until the model ends or the context is full.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Texts that end the generation, compared as UTF-8 bytes. None of them, nor a part, appears in the output.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>How the next token is chosen.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Default;

    /// <summary>
    /// A GBNF grammar with the start symbol <c>root</c> that the output must match, or <see langword="null"/>.
    /// See llama.cpp's grammars/README.md for the language.
    /// </summary>
    public string? Grammar { get; init; }

    /// <summary>Whether updates tell how much of the prompt is computed. Default: no.</summary>
    public bool ReportPromptProgress { get; init; }

    /// <summary>
    /// <see langword="null"/>: no log probabilities; 0 to 20: report that of each generated token, and that many of the most
    /// probable alternatives.
    /// </summary>
    public int? LogProbabilities { get; init; }

    /// <summary>Goes on after an end-of-generation token, as benchmarks need. Default: no.</summary>
    public bool IgnoreEndOfGeneration { get; init; }

    /// <summary>
    /// Reads special tokens that the prompt text spells (such as <c>&lt;|im_start|&gt;</c>) as the tokens themselves. Default: no,
    /// text stays text.
    /// </summary>
    public bool ParseSpecialTokens { get; init; }

    /// <summary>Tokens that prompt and answer may have together, at most the model's; <see langword="null"/>: as many as that.</summary>
    public int? ContextLength { get; init; }

    /// <summary>
    /// What becomes of a text that is longer than the context. <see langword="null"/>: a prompt is a
    /// <see cref="ContextLengthException"/>, an answer ends with <see cref="FinishReason.ContextFull"/>. A number: so many tokens
    /// at the start are kept, at most half of the context, the oldest of the others are forgotten and the rest is computed anew:
    /// of a prompt as many as leave a quarter of the context to the answer, during an answer half of them each time.
    /// <see cref="GenerationUsage"/> tells how many.
    /// </summary>
    public int? KeepOnOverflow { get; init; }

    /// <summary>LoRA adapters and control vectors to compute with; <see langword="null"/>: those that the model was loaded with; empty: none.</summary>
    public IReadOnlyList<AdapterSelection>? Adapters { get; init; }

    /// <summary>Which requests are admitted first while others wait. Default: <see cref="RequestPriority.Normal"/>.</summary>
    public RequestPriority Priority { get; init; } = RequestPriority.Normal;

    /// <summary>
    /// On whose behalf, for instance a user's or an API key's id: while requests wait, each caller gets the same share of tokens,
    /// however many requests it sends. <see langword="null"/>: all such requests share one caller's share.
    /// </summary>
    public string? Caller { get; init; }
}
