namespace LocalInference.Abstractions;

/// <summary>What becomes of a model's thoughts.</summary>
public enum ReasoningVisibility
{
    /// <summary>They come as <see cref="ReasoningDelta"/>.</summary>
    Separate,

    /// <summary>They stay in the answer, with the model's own marks, as <see cref="TextDelta"/>.</summary>
    InContent,

    /// <summary>They are made and counted, but not reported.</summary>
    Hidden,
}
