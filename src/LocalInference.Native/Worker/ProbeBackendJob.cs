namespace LocalInference.Native;

/// <summary>Job <c>probe_backend</c>: registers one backend library and computes on each of its devices. Answers with a <see cref="BackendReport"/>.</summary>
/// <param name="LibraryDirectory">The folder whose libllama and libggml are used.</param>
/// <param name="BackendPath">The backend library, in that folder or elsewhere.</param>
internal sealed record ProbeBackendJob(string LibraryDirectory, string BackendPath)
{
    public const string Name = "probe_backend";

    /// <summary>Tells the worker which job the line holds.</summary>
    public string Job { get; } = Name;
}
