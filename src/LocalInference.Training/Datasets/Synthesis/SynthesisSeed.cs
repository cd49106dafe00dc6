using System.Text.Json;

namespace LocalInference.Training;

/// <summary>What samples are made from: a topic, a passage, an example. Its fields fill the places of a prompt template. Immutable.</summary>
/// <param name="Fields">The fields by their names.</param>
public sealed record SynthesisSeed(IReadOnlyDictionary<string, JsonElement> Fields)
{
    /// <summary>The field of a seed that is a text alone.</summary>
    public const string TextField = "text";

    /// <summary>A seed with one field, <see cref="TextField"/>.</summary>
    /// <param name="text">What it says.</param>
    public static SynthesisSeed Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(new Dictionary<string, JsonElement>(StringComparer.Ordinal) { [TextField] = SynthesisJson.Text(text) });
    }

    /// <summary>
    /// Reads seeds: of <c>.jsonl</c>, <c>.ndjson</c> and <c>.json</c> each JSON object, on its line or in one array, and each text as of
    /// <see cref="Of"/>; of any other file each line that is not blank.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="Abstractions.TrainingException">The file holds no seeds, or something else (<c>dataset_invalid</c>).</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<SynthesisSeed> ReadAll(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return SeedFile.Read(path);
    }
}
