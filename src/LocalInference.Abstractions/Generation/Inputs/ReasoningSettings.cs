namespace LocalInference.Abstractions;

/// <summary>How a model should think before it answers. What the model's template cannot say has no effect. Immutable.</summary>
public sealed record ReasoningSettings
{
    /// <summary>As the model does by itself; thoughts are reported apart from the answer.</summary>
    public static ReasoningSettings Default { get; } = new();

    /// <summary>Whether to think; <see langword="null"/>: as the model does by itself.</summary>
    public bool? Enabled { get; init; }

    /// <summary>How much to think, in the model's own words: <c>low</c>, <c>medium</c>, <c>high</c>, …; <see langword="null"/>: not said.</summary>
    public string? Effort { get; init; }

    /// <summary>
    /// The most tokens to think with; when they are used up the thoughts are closed and the answer begins. 0 or more;
    /// <see langword="null"/>: no limit but that of the answer.
    /// </summary>
    public int? MaxTokens { get; init; }

    /// <summary>What becomes of the thoughts. Default: they are reported apart.</summary>
    public ReasoningVisibility Visibility { get; init; }
}
