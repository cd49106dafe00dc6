namespace LocalInference.Abstractions;

/// <summary>
/// One thing that happened while an answer was made. The order is that of the answer; what a reader does not know it can pass over.
/// Immutable.
/// </summary>
public abstract record GenerationEvent
{
    private protected GenerationEvent()
    {
    }
}
