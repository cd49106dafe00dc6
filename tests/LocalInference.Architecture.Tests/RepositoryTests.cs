using System.Text.Json;

namespace LocalInference.Architecture.Tests;

public sealed class RepositoryTests
{
    [Fact]
    public void Lock_files_carry_hashes_and_no_addresses()
    {
        string[] locks = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "native"), "package-lock.json", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "benchmarks"), "package-lock.json", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "package-lock.json", SearchOption.AllDirectories))
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal))];

        Assert.NotEmpty(locks);
        foreach (string file in locks)
        {
            string text = File.ReadAllText(file);
            Assert.DoesNotContain("\"resolved\"", text, StringComparison.Ordinal);
            using JsonDocument json = JsonDocument.Parse(text);
            foreach (JsonProperty package in json.RootElement.GetProperty("packages").EnumerateObject().Where(p => p.Name.Length > 0))
            {
                Assert.StartsWith("sha512-", package.Value.GetProperty("integrity").GetString(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = Repository.Read("LocalInference.sln").Replace('\\', '/');
        foreach (string folder in new[] { "src", "tests", "benchmarks" })
        {
            foreach (string project in Projects(folder))
            {
                Assert.Contains(Path.GetRelativePath(Repository.Root, project).Replace('\\', '/'), solution, StringComparison.Ordinal);
            }
        }
    }

    // Consumer is no project of ours: the packaging tests build copies of it as a user's program.
    private static IEnumerable<string> Projects(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories)
            .Where(project => Path.GetFileName(project) != "Consumer.csproj");

    [Fact]
    public void Every_pinned_version_has_its_reason()
    {
        string[] lines = Repository.Read("Directory.Packages.props").Split('\n');
        bool explained = false;
        foreach (string line in lines.Select(l => l.Trim()))
        {
            explained = line.Length > 0 && (line.StartsWith("<!--", StringComparison.Ordinal) || line.EndsWith("-->", StringComparison.Ordinal) || (explained && line.StartsWith("<PackageVersion", StringComparison.Ordinal)));
            Assert.True(explained || !line.StartsWith("<PackageVersion", StringComparison.Ordinal), line);
        }
    }
}
