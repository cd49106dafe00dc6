using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>Reads files of seeds; see <see cref="SynthesisSeed.ReadAll"/>.</summary>
internal static class SeedFile
{
    private const string NextStep = "Give a text with a seed on each line, or JSON with an object for each seed.";

    /// <exception cref="TrainingException">There are none, or something is no seed.</exception>
    public static IReadOnlyList<SynthesisSeed> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw ExceptionFactory.Dataset(path, "there is no such file", "Check the path.");
        }

        string[] lines = [.. File.ReadLines(path)];
        SynthesisSeed[] seeds = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JSONL" or ".NDJSON" => [.. Lines(lines).Select(line => Parse(path, $"line {line.Number}", line.Text)).Select((json, i) => Seed(path, i, json))],
            ".JSON" => [.. Items(path, string.Join('\n', lines)).Select((json, i) => Seed(path, i, json))],
            _ => [.. Lines(lines).Select(static line => SynthesisSeed.Of(line.Text.Trim()))],
        };
        return seeds.Length > 0 ? seeds : throw ExceptionFactory.Dataset(path, "it has no seeds", NextStep);
    }

    private static IEnumerable<(int Number, string Text)> Lines(string[] lines) =>
        lines.Index().Where(static line => !string.IsNullOrWhiteSpace(line.Item)).Select(static line => (line.Index + 1, line.Item));

    private static JsonElement[] Items(string path, string text)
    {
        JsonElement root = Parse(path, "it", text);
        return root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : [root];
    }

    private static JsonElement Parse(string path, string place, string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException e)
        {
            throw ExceptionFactory.Dataset(path, $"{place} is no JSON", NextStep, inner: e);
        }
    }

    private static SynthesisSeed Seed(string path, int index, JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => new(json.EnumerateObject().GroupBy(static field => field.Name, StringComparer.Ordinal).ToDictionary(static field => field.Key, static field => field.Last().Value, StringComparer.Ordinal)),
        JsonValueKind.String => SynthesisSeed.Of(json.GetString()!),
        _ => throw ExceptionFactory.Dataset(path, $"seed {index + 1} is neither an object nor a text", NextStep),
    };
}
