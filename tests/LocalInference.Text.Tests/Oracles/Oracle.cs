using System.Reflection;
using System.Text.Json;

namespace LocalInference.Text.Tests.Oracles;

/// <summary>
/// The files that <c>tests/oracles</c> obtained and recorded, in the ignored folder <c>artifacts/oracles</c>. Their formats are in
/// <c>tests/oracles/README.md</c>. No test obtains anything itself.
/// </summary>
internal static class Oracle
{
    /// <summary>The scripts, and this repository's own data for them.</summary>
    public static string Scripts { get; } = Path.Combine(Root, "tests", "oracles");

    /// <summary>What the scripts wrote.</summary>
    public static string Folder { get; } = Path.Combine(Root, "artifacts", "oracles");

    /// <summary>llama.cpp's chat templates, by name without <c>.jinja</c>, in ordinal order.</summary>
    public static IEnumerable<string> TemplateNames =>
        Directory.EnumerateFiles(Path.Combine(Folder, "templates"), "*.jinja").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    private static string Root => typeof(Oracle).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>The source of one of llama.cpp's chat templates.</summary>
    public static string Template(string name) => File.ReadAllText(Path.Combine(Folder, "templates", name + ".jinja"));

    /// <summary>A recorded file, such as <c>jinja-cases.json</c>. The caller disposes of it.</summary>
    public static JsonDocument Read(string name)
    {
        using FileStream stream = File.OpenRead(Path.Combine(Folder, name));
        return JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = 256 });
    }

    /// <summary>Why a test with these needs is skipped here; <see langword="null"/> if it runs, which under CI it always does.</summary>
    public static string? WhySkip(OracleNeeds needs)
    {
        if (Environment.GetEnvironmentVariable("LOCALINFERENCE_CI") == "1")
        {
            return null;
        }

        if (needs.HasFlag(OracleNeeds.Cases) && !File.Exists(Path.Combine(Folder, "recorded.stamp")))
        {
            return "Run tests/oracles/record.sh first: it records the cases of llama.cpp's own tests.";
        }

        if (needs.HasFlag(OracleNeeds.Templates) && !Directory.Exists(Path.Combine(Folder, "templates")))
        {
            return "Run tests/oracles/obtain.sh first: it obtains llama.cpp's chat templates.";
        }

        return needs.HasFlag(OracleNeeds.Jinja2) ? PythonOracle.WhyMissing("jinja2") : null;
    }
}
