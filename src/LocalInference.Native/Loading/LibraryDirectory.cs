using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>
/// A folder with one build of llama.cpp, and the files in it by role. Names carry the release or the backend
/// (<c>libllama.v0.5.0.so</c>, <c>libllama.v0.5.0.cuda.so</c>, <c>libllama.so</c>), so files are found by pattern.
/// </summary>
internal sealed record LibraryDirectory(string Path)
{
    /// <summary>Environment variable that names another build of the same release.</summary>
    public const string Variable = "LOCALINFERENCE_NATIVE_DIR";

    // Best first; a folder is only there when its pack was asked for, and cpu is in every build.
    private static readonly string[] s_backends = ["cuda", "metal", "vulkan", "cpu"];

    /// <summary>The folders to try: the variable's alone if it is set, else one per backend beside the application.</summary>
    public static IEnumerable<LibraryDirectory> Candidates()
    {
        string? configured = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(configured))
        {
            yield return new LibraryDirectory(System.IO.Path.GetFullPath(configured)) { IsConfigured = true };
            yield break;
        }

        string native = System.IO.Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeIdentifier, "native");
        foreach (string backend in s_backends)
        {
            yield return new LibraryDirectory(System.IO.Path.Combine(native, backend));
        }
    }

    /// <summary>The portable RID of this process, such as <c>linux-x64</c>; the packs are laid out by it.</summary>
    public static string RuntimeIdentifier { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>Whether <see cref="Variable"/> names it.</summary>
    public bool IsConfigured { get; private init; }

    public string? Llama => Find(Prefix + "llama", except: "-");

    public string? Ggml => Find(Prefix + "ggml", except: "-");

    public string? GgmlBase => Find(Prefix + "ggml-base", except: null);

    /// <summary>The CPU backend's builds, one per instruction set.</summary>
    public IReadOnlyList<string> CpuBackends => List(Prefix + "ggml-cpu*");

    /// <summary>
    /// Every other backend: CUDA, Vulkan, Metal, BLAS, … Builds for older drivers lie in a folder <c>fallback</c> under the same
    /// file name and come last.
    /// </summary>
    public IReadOnlyList<string> OtherBackends =>
        [.. List(Prefix + "ggml-*").Concat(new LibraryDirectory(System.IO.Path.Combine(Path, "fallback")).List(Prefix + "ggml-*"))
            .Where(file =>
                !IsCpuBackend(file)
                && !System.IO.Path.GetFileName(file).StartsWith(Prefix + "ggml-base", StringComparison.Ordinal))];

    /// <summary>Whether a backend library is a build of the CPU backend.</summary>
    public static bool IsCpuBackend(string path) =>
        System.IO.Path.GetFileName(path).StartsWith(Prefix + "ggml-cpu", StringComparison.Ordinal);

    private static string Prefix => OperatingSystem.IsWindows() ? "" : "lib";

    private static string Extension => OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";

    private string? Find(string stem, string? except) =>
        List(stem + "*").FirstOrDefault(file =>
        {
            string rest = System.IO.Path.GetFileName(file)[stem.Length..];
            return except is null || !rest.StartsWith(except, StringComparison.Ordinal);
        });

    private string[] List(string pattern)
    {
        if (!Directory.Exists(Path))
        {
            return [];
        }

        // A source build leaves libllama.so -> libllama.so.0 -> …; only the plain extension counts.
        string[] files = Directory.GetFiles(Path, pattern + Extension);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}
