namespace LocalInference.Abstractions;

/// <summary>What becomes of a text that is longer than a model takes. What is cut is reported with the text's result.</summary>
public enum TextTruncation
{
    /// <summary>It is a <see cref="ContextLengthException"/>.</summary>
    Error,

    /// <summary>Its end is cut.</summary>
    End,

    /// <summary>Its start is cut.</summary>
    Start,
}
