using System.Security.Cryptography;

namespace LocalInference.Compare;

/// <summary>The libraries that both sides load.</summary>
internal static class SharedLibraries
{
    /// <summary>The folder that the links beside llama-bench lead to: the one our side is then given.</summary>
    /// <exception cref="CompareException">There is no llama-bench, or its libraries are of several folders.</exception>
    public static string Find(string peers)
    {
        string[] folders = Directory.Exists(peers)
            ? [.. Directory.EnumerateFiles(peers, "lib*.so").Select(FolderOf).Distinct(StringComparer.Ordinal)]
            : [];
        if (folders.Length != 1)
        {
            throw new CompareException($"The libraries beside llama-bench in {peers} are of {folders.Length} folders, not one. Run benchmarks/peers/build.sh.");
        }

        string? asked = Environment.GetEnvironmentVariable("LOCALINFERENCE_NATIVE_DIR");
        return string.IsNullOrEmpty(asked) || string.Equals(Path.GetFullPath(asked).TrimEnd(Path.DirectorySeparatorChar), folders[0], StringComparison.Ordinal)
            ? folders[0]
            : throw new CompareException($"LOCALINFERENCE_NATIVE_DIR is {asked}, llama-bench is linked to {folders[0]}. Run benchmarks/peers/build.sh with the variable set.");
    }

    /// <summary>SHA-256 of libllama and the ggml that every variant needs, by file name.</summary>
    public static SortedDictionary<string, string> Hash(string folder)
    {
        SortedDictionary<string, string> hashes = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder, "lib*.so"))
        {
            string name = Path.GetFileName(file);
            if (!name.StartsWith("libggml-cpu", StringComparison.Ordinal) && !name.StartsWith("libllama-common", StringComparison.Ordinal))
            {
                using FileStream stream = File.OpenRead(file);
                hashes[name] = Convert.ToHexStringLower(SHA256.HashData(stream));
            }
        }

        return hashes;
    }

    private static string FolderOf(string file) =>
        Path.GetDirectoryName(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file))!;
}
