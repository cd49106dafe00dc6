using System.Text.Json;
using System.Text.RegularExpressions;

namespace LocalInference.Compare;

/// <summary>The other side: <c>llama-bench -o json</c>, whose warm-up and repeats are as ours.</summary>
internal static partial class LlamaBenchTurn
{
    public static async Task<Turn> RunAsync(Settings settings, int threads, string libraries)
    {
        (string output, string log) = await ChildProgram.RunAsync(
            settings.LlamaBench,
            ["-m", settings.Model, "-p", $"{settings.PromptTokens}", "-n", $"{settings.GeneratedTokens}", "-r", $"{settings.Repeats}", "-t", $"{threads}", "-o", "json"],
            libraries).ConfigureAwait(false);
        return Parse(output, log);
    }

    private static Turn Parse(string json, string log)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        Match variant = CpuLibrary().Match(log);
        return new Turn(
            Samples(document.RootElement, "n_prompt"),
            Samples(document.RootElement, "n_gen"),
            document.RootElement[0].GetProperty("n_threads").GetInt32(),
            variant.Success ? variant.Groups["variant"].Value : null);
    }

    // One test per entry: a prefill has no generated tokens, a decode no prompt.
    private static double[] Samples(JsonElement tests, string tokens)
    {
        JsonElement test = tests.EnumerateArray().First(entry => entry.GetProperty(tokens).GetInt32() > 0);
        return [.. test.GetProperty("samples_ts").EnumerateArray().Select(static sample => sample.GetDouble())];
    }

    [GeneratedRegex(@"libggml-cpu-(?<variant>[A-Za-z0-9_]+)\.so", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CpuLibrary();
}
