namespace LocalInference.Guide;

/// <summary>What is evaluated, as the table in README.md of the guide has it.</summary>
internal enum GuideKind
{
    /// <summary>Held-out wordings of questions.</summary>
    Questions,

    /// <summary>Held-out questions about anything else.</summary>
    OffTopic,

    /// <summary>Held-out requests to pull a model, with the tool.</summary>
    Calls,

    /// <summary>Held-out questions how to pull a model, with the tool.</summary>
    HowTo,

    /// <summary>Wordings that are in the training samples.</summary>
    Learned,
}
