using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Training;

namespace LocalInference.Cli.Training;

/// <summary>
/// Reads samples of the simplest kinds: JSON lines with a prompt, which is only read, and a completion, which is learned; JSON lines with a
/// text; or a plain text whose paragraphs are samples.
/// </summary>
internal sealed class SampleFile(Tokenizer tokenizer)
{
    /// <summary>Reads a file; one whose name ends with <c>.jsonl</c> as JSON lines.</summary>
    public IEnumerable<TrainingSample> Read(string path)
    {
        if (!Path.GetExtension(path).Equals(".jsonl", StringComparison.OrdinalIgnoreCase))
        {
            return Paragraphs(File.ReadLines(path)).Select(text => Sample("", text));
        }

        return File.ReadLines(path)
            .Select((line, index) => (Line: line, Number: index + 1))
            .Where(static l => !string.IsNullOrWhiteSpace(l.Line))
            .Select(l => Parse(l.Line, $"{path}, line {l.Number}"));
    }

    private static IEnumerable<string> Paragraphs(IEnumerable<string> lines)
    {
        List<string> paragraph = [];
        foreach (string line in lines)
        {
            if (line.Trim().Length > 0)
            {
                paragraph.Add(line);
            }
            else if (paragraph.Count > 0)
            {
                yield return string.Join('\n', paragraph);
                paragraph.Clear();
            }
        }

        if (paragraph.Count > 0)
        {
            yield return string.Join('\n', paragraph);
        }
    }

    private TrainingSample Parse(string line, string place)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return root.TryGetProperty("text", out JsonElement text)
                ? Sample("", text.GetString() ?? "")
                : Sample(root.GetProperty("prompt").GetString() ?? "", root.GetProperty("completion").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CliException($"{place} is no sample: {e.Message}", "Write one JSON object a line, with \"prompt\" and \"completion\", or with \"text\".");
        }
    }

    // The end of the sequence is learned too: without it answers would not end.
    private TrainingSample Sample(string prompt, string completion)
    {
        int[] read = tokenizer.Encode(prompt);
        int[] learned = tokenizer.Encode(completion, addSpecial: prompt.Length == 0);
        if (prompt.Length == 0)
        {
            read = [];
        }

        int[] end = tokenizer.EndOfSequence is { } id ? [id] : [];
        int[] tokens = [.. read, .. learned, .. end];
        float[] weights = new float[tokens.Length];
        weights.AsSpan(read.Length).Fill(1);
        return new TrainingSample(tokens, weights);
    }
}
