using System.Runtime.CompilerServices;

namespace LocalInference.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path])).ReplaceLineEndings("\n");

    private static string Find([CallerFilePath] string thisFile = "")
    {
        // Deterministic builds map source paths, so the walk starts at the output when the path is not a real one.
        string start = File.Exists(thisFile) ? thisFile : AppContext.BaseDirectory;
        DirectoryInfo? folder = new(Path.GetDirectoryName(start)!);
        while (!File.Exists(Path.Combine(folder!.FullName, "LocalInference.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
