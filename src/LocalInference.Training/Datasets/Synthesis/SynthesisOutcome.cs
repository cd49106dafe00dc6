namespace LocalInference.Training;

/// <summary>What became of a sample that was asked for.</summary>
internal enum SynthesisOutcome
{
    /// <summary>It is in the output.</summary>
    Made,

    /// <summary>The judge's score is too low.</summary>
    Refused,

    /// <summary>It says what another one says.</summary>
    Duplicate,

    /// <summary>There is none: what was answered is not what was asked for. It is asked for again by the next run.</summary>
    Failed,
}
