using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>
/// The output of a synthesis, and beside it what became of each sample, so that another run asks for none again. A line goes first to
/// the journal, with its place in the output, and then to the output: where a process ended between the two, or within one of them, what
/// is not whole is taken back, and nothing else is.
/// <code>
/// journal   {"options": …}  {"sample": A, "outcome": "Made", "start": 0, "end": 81}  {"sample": B, "outcome": "Refused"}  …
/// output    {"messages": …} of A, 81 bytes                                                                                …
/// </code>
/// </summary>
internal sealed class SynthesisJournal : IDisposable
{
    private const string NextStep = "Give another output; or delete the journal beside it and move the output away, to begin anew.";

    private readonly Dictionary<string, SynthesisOutcome> _known = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly FileStream _journal;
    private FileStream? _output;

    private SynthesisJournal(string path, FileStream journal)
    {
        _path = path;
        _journal = journal;
    }

    /// <summary>What became of samples so far.</summary>
    public IReadOnlyDictionary<string, SynthesisOutcome> Known => _known;

    /// <summary>Opens the journal of an output, and makes both where they are not there.</summary>
    /// <param name="path">Path of the output.</param>
    /// <param name="options">Digest of what must be as it was.</param>
    /// <exception cref="TrainingException">The output was made by something else, with other options, or changed since.</exception>
    /// <exception cref="IOException">A file cannot be opened, or another synthesis writes it.</exception>
    public static SynthesisJournal Open(string path, string options)
    {
        string journalPath = PathOf(path);
        bool isThere = new FileInfo(path) is { Exists: true, Length: > 0 };
        if (isThere && new FileInfo(journalPath) is not { Exists: true, Length: > 0 })
        {
            throw ExceptionFactory.Dataset(path, "it is there, and no journal beside it says that a synthesis made it", "Give another output.");
        }

        // Nobody else may have it open: two would settle the same samples.
        SynthesisJournal opened = new(path, new FileStream(journalPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        try
        {
            opened.Read(options);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Where the journal of an output is.</summary>
    public static string PathOf(string output) => $"{output}.journal";

    /// <summary>Keeps what became of a sample.</summary>
    /// <param name="key">The sample.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="record">It, if it is to be in the output.</param>
    public void Add(string key, SynthesisOutcome outcome, DatasetRecord? record)
    {
        _known[key] = outcome;
        if (record is null)
        {
            Write(new JournalLine(Sample: key, Outcome: outcome));
            return;
        }

        using MemoryStream line = new();
        RecordWriter.Write(line, record);
        _output ??= new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
        Write(new JournalLine(Sample: key, Outcome: outcome, Start: _output.Position, End: _output.Position + line.Length));
        line.WriteTo(_output);
        _output.Flush();
    }

    public void Dispose()
    {
        _journal.Dispose();
        _output?.Dispose();
    }

    private void Write(JournalLine line)
    {
        _journal.Write(JsonSerializer.SerializeToUtf8Bytes(line, SynthesisJson.Default.JournalLine));
        _journal.WriteByte((byte)'\n');
        _journal.Flush();
    }

    private void Read(string options)
    {
        byte[] bytes = new byte[_journal.Length];
        _journal.ReadExactly(bytes);
        using (FileStream output = new(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read))
        {
            int place = ReadOptions(bytes, options);
            place = place > 0 ? ReadSamples(bytes, place, output) : 0;
            _journal.SetLength(place);
            _journal.Seek(place, SeekOrigin.Begin);
        }

        if (_journal.Length == 0)
        {
            Write(new JournalLine(Options: options));
        }
    }

    /// <returns>Where the first line ends; 0: there is none that holds.</returns>
    private int ReadOptions(ReadOnlySpan<byte> bytes, string options)
    {
        int end = bytes.IndexOf((byte)'\n');
        if (end < 0 || Parse(bytes[..end]).Options == options)
        {
            return end + 1;
        }

        // Where nothing was made with them they may change.
        return end + 1 == bytes.Length ? 0 : throw ExceptionFactory.Dataset(_path, "it was begun with other options", NextStep);
    }

    /// <returns>Where the last line ends that holds.</returns>
    private int ReadSamples(byte[] bytes, int place, FileStream output)
    {
        for (int end; (end = Array.IndexOf(bytes, (byte)'\n', place)) >= 0; place = end + 1)
        {
            if (Parse(bytes.AsSpan(place..end)) is not { Sample: { } sample, Outcome: { } outcome } line)
            {
                throw ExceptionFactory.Dataset(_path, "its journal is damaged", NextStep);
            }

            if (line is { Start: { } start, End: { } last } && output.Length < last)
            {
                // Only the last sample may have been on its way to the output.
                bool isLast = Array.IndexOf(bytes, (byte)'\n', end + 1) < 0;
                if (!isLast || output.Length < start)
                {
                    throw ExceptionFactory.Dataset(_path, "it is shorter than its journal says", NextStep);
                }

                output.SetLength(start);
                break;
            }

            _known[sample] = outcome;
        }

        return place;
    }

    private JournalLine Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, SynthesisJson.Default.JournalLine)!;
        }
        catch (JsonException e)
        {
            throw ExceptionFactory.Dataset(_path, "its journal is damaged", NextStep, inner: e);
        }
    }
}
