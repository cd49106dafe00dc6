namespace LocalInference.Native;

/// <summary>The job could not be done; the worker exits with 1, or with 2 when it did not understand the job.</summary>
/// <param name="Code">Stable name of the error, such as <c>native_library</c>, <c>cancelled</c> or <c>bad_job</c>.</param>
/// <param name="Message">What failed.</param>
/// <param name="NextStep">What to do about it.</param>
internal sealed record WorkerError(string Code, string Message, string NextStep) : WorkerEvent;
