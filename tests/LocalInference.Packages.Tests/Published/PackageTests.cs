using System.IO.Compression;

namespace LocalInference.Packages.Tests.Published;

public sealed class PackageTests
{
    [PublishedTheory]
    [InlineData("LocalInference.Cli")]
    [InlineData("LocalInference.Native")]
    [InlineData("LocalInference.Runtime.linux-x64")]
    [InlineData("LocalInference.Runtime.linux-arm64")]
    public void Packages_with_or_over_others_work_carry_the_notices(string id) => Assert.Contains("THIRD-PARTY-NOTICES.md", Entries(id), StringComparer.Ordinal);

    [PublishedFact]
    public void The_notices_name_every_assembly_of_others_in_the_tool()
    {
        string notices = File.ReadAllText(Path.Combine(Repository.Root, "THIRD-PARTY-NOTICES.md"));
        string[] assemblies =
        [
            .. Entries("LocalInference.Cli")
                .Where(static entry => entry.EndsWith(".dll", StringComparison.Ordinal))
                .Select(static entry => Path.GetFileNameWithoutExtension(entry))
                .Where(static name => !name.StartsWith("LocalInference", StringComparison.Ordinal)),
        ];

        Assert.Contains("Polly.Core", assemblies, StringComparer.Ordinal);
        Assert.All(assemblies, name => Assert.Contains(name, notices, StringComparison.Ordinal));
    }

    [PublishedTheory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    public void A_runtime_package_holds_libraries_where_NuGet_does_not_flatten_them(string rid)
    {
        string[] entries = Entries("LocalInference.Runtime." + rid);

        Assert.Contains($"libraries/runtimes/{rid}/native/cpu/libllama.v0.5.0.so", entries, StringComparer.Ordinal);
        Assert.Contains($"buildTransitive/LocalInference.Runtime.{rid}.targets", entries, StringComparer.Ordinal);
        Assert.Contains("licenses/node-llama-cpp/LICENSE", entries, StringComparer.Ordinal);
        Assert.DoesNotContain(entries, entry => entry.StartsWith("runtimes/", StringComparison.Ordinal));
        Assert.DoesNotContain(entries, entry => entry.EndsWith(".node", StringComparison.Ordinal));
    }

    [PublishedFact]
    public void The_worker_package_is_no_reference() =>
        Assert.DoesNotContain(Entries("LocalInference.Worker"), entry => entry.StartsWith("lib/", StringComparison.Ordinal));

    private static string[] Entries(string id)
    {
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(Repository.Packages, $"{id}.{Repository.Version}.nupkg"));
        return [.. package.Entries.Select(entry => entry.FullName)];
    }
}
