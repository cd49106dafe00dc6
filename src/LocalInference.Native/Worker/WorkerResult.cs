using System.Text.Json;

namespace LocalInference.Native;

/// <summary>The job is done; the worker exits with 0.</summary>
/// <param name="Result">What the job made, in the job's own form.</param>
internal sealed record WorkerResult(JsonElement Result) : WorkerEvent;
