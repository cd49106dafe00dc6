namespace LocalInference.Guide;

/// <summary>What the program does.</summary>
internal enum GuideVerb
{
    /// <summary>Makes the guide.</summary>
    Train,

    /// <summary>Asks it what was held out of its training.</summary>
    Evaluate,

    /// <summary>Times its first word.</summary>
    ColdStart,
}
