namespace LocalInference.Packages.Tests.Published;

/// <summary>Whether publish.sh left something to test. Its last product is the tool, so that is what tells.</summary>
internal static class Publication
{
    /// <summary>Why tests over it are skipped, or <see langword="null"/>.</summary>
    public static string? Missing =>
        Directory.Exists(Path.Combine(Repository.Consumer, "tool")) || Environment.GetEnvironmentVariable("LOCALINFERENCE_CI") == "1"
            ? null
            : "Run tests/LocalInference.Packages.Tests/publish.sh first: it packs, and publishes a program with the packages.";
}
