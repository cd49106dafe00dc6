namespace LocalInference.Abstractions;

/// <summary>
/// What to generate, and how. What is left out is the model's own: a setting of the request goes before one of its Modelfile or
/// manifest, that before the model's metadata, that before Ollama's defaults. Immutable as far as the objects in it are left alone.
/// </summary>
public sealed record GenerationRequest
{
    /// <summary>A conversation, a text to continue or a sequence of tokens.</summary>
    public required GenerationInput Input { get; init; }

    /// <summary>The model's name; <see langword="null"/>: <see cref="TextGeneratorMetadata.DefaultModel"/>.</summary>
    public string? Model { get; init; }

    /// <summary>The most tokens to generate, thoughts and calls included; <see langword="null"/>: until the model ends or the context is full.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Texts that end the answer, compared as UTF-8 bytes. None of them, nor a part, appears in it. Default: none but the model's own.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>What to change of how tokens are chosen. Default: nothing.</summary>
    public SamplingOverrides Sampling { get; init; } = SamplingOverrides.None;

    /// <summary>The form that the answer must have; <see langword="null"/>: any. Thoughts before the answer are free.</summary>
    public OutputFormat? Output { get; init; }

    /// <summary>
    /// <see langword="null"/>: no <see cref="TokenGenerated"/> events; 0 to 20: one for each token, with its log probability and those
    /// of that many of the most probable alternatives.
    /// </summary>
    public int? LogProbabilities { get; init; }

    /// <summary>Goes on after an end-of-generation token, as benchmarks need. Default: no.</summary>
    public bool IgnoreEndOfGeneration { get; init; }

    /// <summary>
    /// LoRA adapters and control vectors to use; <see langword="null"/>: those that the model was loaded with; empty: none.
    /// </summary>
    public IReadOnlyList<AdapterSelection>? Adapters { get; init; }

    /// <summary>Tokens that prompt and answer may have together; <see langword="null"/>: the model's own setting.</summary>
    public int? ContextLength { get; init; }

    /// <summary>What becomes of a prompt or an answer that is longer than the context. Default: an error.</summary>
    public ContextOverflowPolicy ContextOverflow { get; init; }

    /// <summary>Which requests are admitted first while others wait. Default: <see cref="RequestPriority.Normal"/>.</summary>
    public RequestPriority Priority { get; init; } = RequestPriority.Normal;

    /// <summary>
    /// On whose behalf, for instance a user's or an API key's id: while requests wait, each caller gets the same share of tokens.
    /// <see langword="null"/>: all such requests share one caller's share.
    /// </summary>
    public string? Caller { get; init; }

    /// <summary>
    /// How long the model stays loaded after this request; <see cref="TimeSpan.Zero"/>: it is unloaded at once when nobody else uses
    /// it, <see cref="Timeout.InfiniteTimeSpan"/>: it stays; <see langword="null"/>: as an earlier request said, or else as it is configured.
    /// </summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>
    /// Whether nothing of it may leave this machine, whatever its model's name stands for and whoever fails. A generator that would have
    /// to send it elsewhere refuses it (<see cref="GenerationException"/>, <c>local_only</c>). Default: no.
    /// </summary>
    public bool LocalOnly { get; init; }

    /// <summary>Whether <see cref="PromptProgressed"/> events are wanted; a generator of models elsewhere has none. Default: no.</summary>
    public bool ReportPromptProgress { get; init; }

    /// <summary>Whether <see cref="GenerationEnded.Tokens"/> is wanted. Default: no.</summary>
    public bool ReturnTokens { get; init; }

    /// <summary>
    /// Whether the answer may be one that was made for the same request before, or is being made now, where such answers are kept;
    /// <see langword="null"/>, the default: where the temperature is 0, so that it would be the same anyway.
    /// </summary>
    public bool? ReuseAnswers { get; init; }
}
