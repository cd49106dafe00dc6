using System.Text.Json;

namespace LocalInference.Native;

/// <summary>How far the job is, in the job's own form.</summary>
/// <param name="Value">What it says of itself.</param>
internal sealed record WorkerReport(JsonElement Value) : WorkerEvent;
