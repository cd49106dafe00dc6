using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>How to start the worker that travels beside this application.</summary>
/// <param name="FileName">The program to start.</param>
/// <param name="Arguments">What precedes the job: the assembly, when the program is the <c>dotnet</c> host.</param>
internal sealed record WorkerCommand(string FileName, IReadOnlyList<string> Arguments)
{
    private const string Name = "LocalInference.Worker";

    /// <summary>The worker beside the application, or <see langword="null"/> when none travels with it.</summary>
    public static WorkerCommand? Find() => Find(AppContext.BaseDirectory);

    /// <summary>The worker in a folder: its own executable, else its assembly under the <c>dotnet</c> host.</summary>
    public static WorkerCommand? Find(string folder)
    {
        string executable = Path.Combine(folder, OperatingSystem.IsWindows() ? Name + ".exe" : Name);
        if (File.Exists(executable) && CanExecute(executable))
        {
            return new(executable, []);
        }

        string assembly = Path.Combine(folder, Name + ".dll");
        return File.Exists(assembly) && FindHost() is { } host ? new(host, [assembly]) : null;
    }

    /// <summary>The folder of the .NET installation that runs this process, or <see langword="null"/> when the application brings its own.</summary>
    public static string? FindInstallation()
    {
        // <root>/shared/Microsoft.NETCore.App/<version>/
        DirectoryInfo? root = new DirectoryInfo(Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory())).Parent?.Parent?.Parent;
        return root is not null && Directory.Exists(Path.Combine(root.FullName, "host", "fxr")) ? root.FullName : null;
    }

    // A package unpacked by a tool that knows no modes leaves the executable without its x bit.
    private static bool CanExecute(string path) =>
        OperatingSystem.IsWindows()
        || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None;

    private static string? FindHost()
    {
        string dotnet = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Environment.ProcessPath is { } self && string.Equals(Path.GetFileName(self), dotnet, StringComparison.OrdinalIgnoreCase))
        {
            return self;
        }

        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } named && File.Exists(named))
        {
            return named;
        }

        IEnumerable<string?> folders =
        [
            FindInstallation(),
            Environment.GetEnvironmentVariable("DOTNET_ROOT"),
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
        ];
        return folders
            .Where(folder => !string.IsNullOrEmpty(folder))
            .Select(folder => Path.Combine(folder!, dotnet))
            .FirstOrDefault(File.Exists);
    }
}
