using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>The file of a dataset: a text, an array of objects in JSON, or an object on each line (JSON Lines).</summary>
internal static class DatasetFile
{
    /// <summary>A line or a text that is longer is no sample but a mistake, such as JSON without line breaks.</summary>
    private const int LongestText = 256 << 20;

    // A file that begins with a mark of another encoding is read in that one.
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64, AllowTrailingCommas = true };

    /// <summary>Reads the records in order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How it is written; <see langword="null"/>: found.</param>
    /// <returns>Each record, or its line and why there is none.</returns>
    /// <exception cref="TrainingException">The file as a whole cannot be used.</exception>
    public static IEnumerable<(int Line, DatasetRecord? Record, string? Problem)> Read(string path, DatasetFormat? format)
    {
        if (!File.Exists(path))
        {
            throw ExceptionFactory.Dataset(path, "there is no such file", "Check the path.");
        }

        RefusePacked(path);
        string extension = Path.GetExtension(path).ToLowerInvariant();
        bool isJson = extension is ".json" or ".jsonl" or ".ndjson" || (format is not DatasetFormat.Text and not null) || (extension is not ".txt" and not ".md" && FirstCharacter(path) is '{' or '[');
        return !isJson ? [(1, new TextRecord(1, ReadText(path)), null)]
            : FirstCharacter(path) == '[' ? ReadArray(path, format)
            : ReadLines(path, format);
    }

    private static IEnumerable<(int Line, DatasetRecord? Record, string? Problem)> ReadLines(string path, DatasetFormat? format)
    {
        int number = 0;
        using StreamReader reader = new(path, s_strict);
        while (Decoded(path, reader.ReadLine) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            (DatasetRecord? record, string? problem) = line.Length > LongestText ? (null, $"it has {line.Length} characters") : Parse(path, number, line, ref format);
            yield return (number, record, problem);
        }
    }

    private static (DatasetRecord? Record, string? Problem) Parse(string path, int number, string line, ref DatasetFormat? format)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, s_json);
            return Parse(path, number, document.RootElement.Clone(), ref format);
        }
        catch (JsonException)
        {
            return (null, "it is no JSON");
        }
    }

    private static List<(int Line, DatasetRecord? Record, string? Problem)> ReadArray(string path, DatasetFormat? format)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            using JsonDocument document = JsonDocument.Parse(stream, s_json);
            var records = new List<(int Line, DatasetRecord? Record, string? Problem)>();
            foreach (JsonElement item in document.RootElement.EnumerateArray())
            {
                int number = records.Count + 1;
                (DatasetRecord? record, string? problem) = Parse(path, number, item.Clone(), ref format);
                records.Add((number, record, problem));
            }

            return records;
        }
        catch (JsonException e)
        {
            throw ExceptionFactory.Dataset(path, $"it is no JSON ({e.Message.TrimEnd('.')})", "Correct it at that place, or write one JSON object on each line.", inner: e);
        }
    }

    // The first record that can be told decides for all: a file of two formats is a mistake.
    private static (DatasetRecord? Record, string? Problem) Parse(string path, int number, JsonElement root, ref DatasetFormat? format)
    {
        format ??= RecordJson.Detect(root)
            ?? throw ExceptionFactory.Dataset(path, $"entry {number} has none of the names messages, conversations, instruction, prompt and text", "Say how it is written, or write it as one of the formats.");
        try
        {
            return (RecordJson.Read(number, root, format.Value), null);
        }
        catch (FormatException e)
        {
            return (null, e.Message);
        }
        catch (InvalidOperationException)
        {
            return (null, "a text in it is no Unicode");
        }
    }

    private static string ReadText(string path)
    {
        long length = new FileInfo(path).Length;
        if (length > LongestText)
        {
            throw ExceptionFactory.Dataset(path, $"it has {length} bytes", "Split the text into several, one JSON object {\"text\": …} on each line.", $"{length}", $"{LongestText}");
        }

        string text = Decoded(path, () => File.ReadAllText(path, s_strict));
        return text.Contains('\0', StringComparison.Ordinal)
            ? throw ExceptionFactory.Dataset(path, "it is no text in UTF-8", "Give a text file or JSON, and store it in UTF-8.")
            : text;
    }

    private static T Decoded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException e)
        {
            int line = Utf8Fault.FindLine(path);
            throw ExceptionFactory.Dataset(path, $"line {line} is no text in UTF-8", "Correct that line if the others are text, or store the file in UTF-8.", $"{line}", inner: e);
        }
    }

    // Formats in which datasets travel, by their first bytes (RFC 1952 section 2.3.1; Apache Parquet, "File Format").
    private static void RefusePacked(string path)
    {
        Span<byte> begin = stackalloc byte[4];
        using (FileStream file = File.OpenRead(path))
        {
            begin = begin[..file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false)];
        }

        if (begin is [0x1F, 0x8B, ..])
        {
            throw ExceptionFactory.Dataset(path, "it is compressed (gzip)", "Unpack it first: gunzip FILE.");
        }

        if (begin.SequenceEqual("PAR1"u8))
        {
            throw ExceptionFactory.Dataset(path, "it is a table in Parquet", "Convert it to JSON Lines first, as `to_json` of Hugging Face's datasets does.");
        }
    }

    private static int FirstCharacter(string path)
    {
        using StreamReader reader = new(path);
        int character;
        while ((character = reader.Read()) >= 0 && char.IsWhiteSpace((char)character))
        {
            // Only what comes after says what it is.
        }

        return character;
    }
}
