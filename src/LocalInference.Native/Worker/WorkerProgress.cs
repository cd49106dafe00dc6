namespace LocalInference.Native;

/// <summary>What the job does from now on. The last one tells what a worker was doing when it died.</summary>
/// <param name="Step">The step, in a few words.</param>
internal sealed record WorkerProgress(string Step) : WorkerEvent;
