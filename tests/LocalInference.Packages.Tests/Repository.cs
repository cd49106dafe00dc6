using System.Reflection;

namespace LocalInference.Packages.Tests;

/// <summary>Where this test project was built, and what for.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    public static string Version { get; } = Metadata("Version");

    public static string RuntimeIdentifier { get; } = Metadata("RuntimeIdentifier");

    public static string Packages => Path.Combine(Root, "artifacts", "packages");

    public static string Consumer => Path.Combine(Root, "artifacts", "consumer");

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
