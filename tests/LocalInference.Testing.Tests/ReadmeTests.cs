using System.Runtime.CompilerServices;

namespace LocalInference.Testing.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void Its_example_is_the_one_that_runs()
    {
        string folder = Find();
        string example = File.ReadAllText(Path.Combine(folder, "tests", "LocalInference.Testing.Tests", "WeatherAssistantTests.cs")).ReplaceLineEndings("\n");
        string readme = File.ReadAllText(Path.Combine(folder, "src", "LocalInference.Testing", "README.md")).ReplaceLineEndings("\n");

        Assert.Contains($"```csharp\n{example}```\n", readme, StringComparison.Ordinal);
    }

    // Deterministic builds map source paths, so the walk starts at the output when the path is not a real one.
    private static string Find([CallerFilePath] string thisFile = "")
    {
        DirectoryInfo folder = new(File.Exists(thisFile) ? Path.GetDirectoryName(thisFile)! : AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "LocalInference.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
