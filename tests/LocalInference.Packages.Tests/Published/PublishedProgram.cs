using System.Diagnostics;

namespace LocalInference.Packages.Tests.Published;

/// <summary>The consumer, published in one way.</summary>
internal sealed class PublishedProgram(string name)
{
    public string Folder { get; } = Path.Combine(Repository.Consumer, name);

    public bool Has(string file) => File.Exists(Path.Combine(Folder, file));

    /// <summary>Folders, relative to the program, that hold a library of llama.cpp.</summary>
    public IReadOnlyList<string> LibraryFolders() =>
        [.. Directory.EnumerateFiles(Folder, "libggml-base*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Folder, "libllama*", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Folder, Path.GetDirectoryName(file)!).Replace('\\', '/'))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];

    /// <summary>Runs it to its end and returns what it reports. With <paramref name="bare"/>, as on a machine without .NET.</summary>
    public Dictionary<string, string> Run(bool bare, params string[] arguments)
    {
        ProcessStartInfo start = new(Path.Combine(Folder, "Consumer"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // The program must find its own libraries, not those that whoever runs the tests points to.
        start.Environment.Remove("LOCALINFERENCE_NATIVE_DIR");
        if (bare)
        {
            start.Environment["DOTNET_ROOT"] = "/nonexistent";
            start.Environment["PATH"] = "/nonexistent";
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{start.FileName} ended with {process.ExitCode}.\n{output}\n{errors.Result}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
    }
}
