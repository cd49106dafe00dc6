using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using LocalInference.Compare;
using LocalInference.Native;

namespace LocalInference.Parity.Replay;

/// <summary>The program in C that repeats an engine's calls (<c>replay.c</c>), compiled against the libraries of this process.</summary>
internal sealed class ReplayProgram
{
    private const string Compiler = "cc";
    private const string Install = "Install a C compiler (Debian: g++).";

    private ReplayProgram(string path, string libraries)
    {
        Path = path;
        Libraries = libraries;
    }

    /// <summary>The executable.</summary>
    public string Path { get; }

    /// <summary>The folder that it takes llama.cpp from.</summary>
    public string Libraries { get; }

    private static string Headers { get; } = System.IO.Path.Combine(
        typeof(ReplayProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "RepositoryRoot").Value!,
        "artifacts",
        "llama.cpp",
        "source");

    /// <summary>What is missing to compile it, and how to get it; <see langword="null"/>: nothing.</summary>
    public static string? WhyMissing()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "The C program is compiled on Linux only.";
        }

        if (!Directory.Exists(Headers))
        {
            return "Run native/source/obtain.sh first: it obtains llama.cpp's headers.";
        }

        try
        {
            using Process? process = Process.Start(new ProcessStartInfo(Compiler, ["--version"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true });
            process?.WaitForExit();
            return process?.ExitCode == 0 ? null : Install;
        }
        catch (Win32Exception)
        {
            return Install;
        }
    }

    /// <summary>Compiles it.</summary>
    /// <param name="folder">Where the executable is put.</param>
    /// <exception cref="CompareException">Something is missing, or the compiler failed.</exception>
    public static async Task<ReplayProgram> CompileAsync(string folder)
    {
        if (WhyMissing() is { } missing)
        {
            throw new CompareException(missing);
        }

        LibraryDirectory libraries = new(NativeRuntime.Get().Directory);
        string path = System.IO.Path.Combine(folder, "replay");
        string[] arguments =
        [
            "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror",
            "-I", System.IO.Path.Combine(Headers, "include"), "-I", System.IO.Path.Combine(Headers, "ggml", "include"),
            System.IO.Path.Combine(AppContext.BaseDirectory, "Replay", "replay.c"),
            "-o", path,
            libraries.Llama!, libraries.Ggml!, libraries.GgmlBase!,
            $"-Wl,-rpath,{libraries.Path}", $"-Wl,-rpath-link,{libraries.Path}",
        ];
        await ChildProgram.RunAsync(Compiler, arguments, libraries.Path).ConfigureAwait(false);
        return new ReplayProgram(path, libraries.Path);
    }
}
