namespace LocalInference.Robustness.Tests.Running;

internal enum Outcome
{
    /// <summary>It loaded and generated.</summary>
    Ran,

    /// <summary>LoadAsync refused it with a LocalInferenceException.</summary>
    Refused,

    /// <summary>It loaded, and generating failed with a LocalInferenceException.</summary>
    Failed,

    /// <summary>An exception of another type came out.</summary>
    Unexpected,

    /// <summary>The process died.</summary>
    Aborted,

    /// <summary>No answer within the time; the process was killed.</summary>
    Hung,

    /// <summary>The process took too much memory and was killed.</summary>
    TooMuchMemory,
}
