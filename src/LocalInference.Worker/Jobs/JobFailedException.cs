using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>Ends a job with the error that the host is told.</summary>
internal sealed class JobFailedException(WorkerError error) : Exception(error.Message)
{
    public WorkerError Error { get; } = error;

    public static JobFailedException NativeLibrary(string message, string nextStep) => new(new("native_library", message, nextStep));
}
