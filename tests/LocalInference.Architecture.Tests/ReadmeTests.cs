using System.Text.RegularExpressions;

namespace LocalInference.Architecture.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void Its_example_is_the_one_that_compiles()
    {
        string readme = Repository.Read("README.md");
        const string Fence = "```csharp\n";
        int start = readme.IndexOf(Fence, StringComparison.Ordinal) + Fence.Length;

        Assert.Equal(Repository.Read("tests", "LocalInference.Readme", "Program.cs"), readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)]);
    }

    [Fact]
    public void It_fits_120_lines() => Assert.InRange(Repository.Read("README.md").Split('\n').Length, 1, 121);

    [Fact]
    public void The_tool_is_installed_in_the_version_that_there_is()
    {
        string version = Regex.Match(Repository.Read("Directory.Build.props"), "<Version>(?<version>[^<]+)</Version>", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["version"].Value;

        Assert.Contains($"dotnet tool install LocalInference.Cli --version {version} ", Repository.Read("src", "LocalInference.Server", "README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_links_lead_somewhere()
    {
        string readme = Repository.Read("README.md");
        foreach (Match link in Regex.Matches(readme, @"\]\((?!https:)(?<path>[^)]+)\)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
        {
            Assert.True(File.Exists(Path.Combine(Repository.Root, link.Groups["path"].Value)), link.Value);
        }
    }
}
