namespace LocalInference.Text.Parsing;

/// <summary>How the reading of a tool call ended.</summary>
internal enum CallOutcome
{
    /// <summary>It is no call; nothing was reported, and the text is to be read again as text.</summary>
    NotACall,

    /// <summary>It was reported and is whole.</summary>
    Complete,

    /// <summary>It was reported, but its text ended or went wrong; what follows is text.</summary>
    Broken,
}
