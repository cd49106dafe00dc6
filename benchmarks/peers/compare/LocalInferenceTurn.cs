using System.Text.Json;

namespace LocalInference.Compare;

/// <summary>Our side: <c>localinference bench --json</c>.</summary>
internal static class LocalInferenceTurn
{
    public static async Task<Turn> RunAsync(Settings settings, string libraries)
    {
        (string output, _) = await ChildProgram.RunAsync(
            settings.Ours,
            ["bench", settings.Model, "--prompt", $"{settings.PromptTokens}", "--generate", $"{settings.GeneratedTokens}", "--repeat", $"{settings.Repeats}", .. Threads(settings), "--json"],
            libraries).ConfigureAwait(false);
        return Parse(output);
    }

    private static Turn Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement report = document.RootElement;
        JsonElement machine = report.TryGetProperty("machine", out JsonElement described) ? described : default;
        return new Turn(
            Runs(report, "prefill_tokens_per_second"),
            Runs(report, "decode_tokens_per_second"),
            report.GetProperty("threads").GetInt32(),
            Text(machine, "cpu_variant"),
            Text(machine, "native_version"),
            (int?)Number(machine, "physical_cores"),
            Number(report, "memory_bandwidth"));
    }

    private static string[] Threads(Settings settings) => settings.Threads is { } threads ? ["--threads", $"{threads}"] : [];

    private static double[] Runs(JsonElement report, string name) =>
        [.. report.GetProperty(name).GetProperty("runs").EnumerateArray().Select(static run => run.GetDouble())];

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static double? Number(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
