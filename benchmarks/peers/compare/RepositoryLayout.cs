namespace LocalInference.Compare;

/// <summary>Where this repository keeps what the comparison needs.</summary>
internal static class RepositoryLayout
{
    private static readonly string s_root = FindRoot();

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    /// <summary>The localinference program that was built along with this one.</summary>
    public static string Cli { get; } = Path.Combine(s_root, "src", "LocalInference.Cli", "bin", Configuration, "net10.0", "LocalInference.Cli");

    /// <summary>Where <c>benchmarks/peers/build.sh</c> puts its programs.</summary>
    public static string Peers { get; } = Path.Combine(s_root, "artifacts", "peers", "bin");

    /// <summary>Where results are kept.</summary>
    public static string Results { get; } = Path.Combine(s_root, "benchmarks", "results");

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LocalInference.sln")))
            {
                return folder.FullName;
            }
        }

        throw new CompareException($"LocalInference.sln is not above {AppContext.BaseDirectory}: run this from a checkout.");
    }
}
