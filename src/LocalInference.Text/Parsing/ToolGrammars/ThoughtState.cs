namespace LocalInference.Text.Parsing;

/// <summary>How far the thoughts of an answer are where the prompt ends.</summary>
internal enum ThoughtState
{
    /// <summary>The model may begin to think.</summary>
    NotBegun,

    /// <summary>It is thinking.</summary>
    Open,

    /// <summary>It has thought.</summary>
    Closed,
}
