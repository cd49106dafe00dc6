using System.Diagnostics;
using System.Globalization;
using System.Text;
using LocalInference.Robustness.Tests.Mutations;
using LocalInference.Robustness.Tests.Running;
using Xunit.Abstractions;

namespace LocalInference.Robustness.Tests;

/// <summary>
/// The bar: 2,000 mutated files through LoadAsync and a decode, none of which ends the process, hangs or eats memory.
/// All of them: <c>LOCALINFERENCE_MUTANTS=2000 dotnet test tests/LocalInference.Robustness.Tests</c> (about a minute
/// on two cores). LOCALINFERENCE_MUTANTS_FROM starts elsewhere than at number 0, LOCALINFERENCE_MUTANTS_LOG names a file for
/// what became of each. Without the first variable, up to 300 in 20 s.
/// </summary>
public sealed class MutatedFileTests(SeedModels seeds, ITestOutputHelper output) : IClassFixture<SeedModels>
{
    private const int LongestSlice = 300;

    private static readonly TimeSpan s_sliceTime = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task NoFileEndsTheProcess()
    {
        int? all = Number("LOCALINFERENCE_MUTANTS");
        int from = Number("LOCALINFERENCE_MUTANTS_FROM") ?? 0;
        int to = from + (all ?? LongestSlice);
        MutantSource source = new(seeds.Paths);
        string path = Path.Combine(seeds.Folder, "mutant.gguf");
        Dictionary<Outcome, int> counts = [];
        StringBuilder bad = new();
        using StreamWriter? log = Environment.GetEnvironmentVariable("LOCALINFERENCE_MUTANTS_LOG") is { Length: > 0 } file ? new(file) : null;
        Stopwatch elapsed = Stopwatch.StartNew();
        int done = 0;
        for (int i = from; i < to && (all is not null || elapsed.Elapsed < s_sliceTime || counts.GetValueOrDefault(Outcome.Ran) == 0); i++, done++)
        {
            Mutant mutant = source.Write(i, path);
            Verdict verdict = await seeds.Host.TryAsync(path);
            counts[verdict.Outcome] = counts.GetValueOrDefault(verdict.Outcome) + 1;
            log?.WriteLine($"{mutant.Description} -> {verdict.Outcome} {verdict.Details}");
            if (verdict.Outcome >= Outcome.Unexpected)
            {
                bad.AppendLine(CultureInfo.InvariantCulture, $"{mutant.Description} -> {verdict.Outcome} {verdict.Details}");
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} files in {elapsed.Elapsed.TotalSeconds:F0} s: {string.Join(", ", counts.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Value} {pair.Key}"))}; at most {seeds.Host.PeakMemory / (1024 * 1024)} MiB"));
        Assert.True(bad.Length == 0, bad.ToString());
        Assert.True(counts.GetValueOrDefault(Outcome.Ran) > 0, "Not one file ran, so the check refuses everything.");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
