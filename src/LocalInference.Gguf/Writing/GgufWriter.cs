namespace LocalInference.Gguf;

/// <summary>
/// Writes a GGUF v3 file front to back: the header when it is created, then the tensors' data in the order of their
/// definitions, in pieces of any size, so that a model never has to be in memory. Not thread safe.
/// </summary>
/// <example>
/// <code>
/// using GgufWriter writer = GgufWriter.Create(path, metadata, [new("w", GgufTensorType.F32, 4, 2)]);
/// writer.Write(data);
/// writer.Complete();
/// </code>
/// </example>
public sealed class GgufWriter : IDisposable
{
    internal const string AlignmentKey = "general.alignment";

    private const int ZerosLength = 4096;

    private static readonly byte[] s_zeros = new byte[ZerosLength];

    private readonly Stream _stream;
    private readonly bool _ownsStream;
    private readonly string? _path;
    private readonly string? _partialPath;
    private readonly uint _alignment;
    private int _current;
    private long _writtenOfCurrent;
    private bool _completed;
    private bool _disposed;

    private GgufWriter(Stream stream, bool ownsStream, string? path, GgufMetadata metadata, IReadOnlyList<GgufTensorDefinition> tensors)
    {
        _stream = stream;
        _ownsStream = ownsStream;
        _path = path;
        _partialPath = path is null ? null : PartialPath(path);
        Tensors = tensors;
        _alignment = HeaderRules.Check(metadata, tensors, path);
        DataOffset = new HeaderEncoder(stream).Write(metadata, tensors, _alignment);
        SkipEmpty();
    }

    /// <summary>What is written, in order.</summary>
    public IReadOnlyList<GgufTensorDefinition> Tensors { get; }

    /// <summary>Where tensor data starts, in bytes from the beginning of the file.</summary>
    public long DataOffset { get; }

    /// <summary>The tensor whose data is due, or <see langword="null"/> when all has been written.</summary>
    public GgufTensorDefinition? Current => _current < Tensors.Count ? Tensors[_current] : null;

    /// <summary>Starts a file. It is written beside <paramref name="path"/> and takes that name when it is complete.</summary>
    /// <param name="path">The file to write; an existing one is replaced at the end.</param>
    /// <param name="metadata">The pairs; <c>general.alignment</c>, a UInt32, sets the alignment (32 without it).</param>
    /// <param name="tensors">All tensors, with unique names, in the order in which their data will come.</param>
    /// <exception cref="GgufException">The format or llama.cpp does not allow such a file.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static GgufWriter Create(string path, GgufMetadata metadata, IReadOnlyList<GgufTensorDefinition> tensors)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(tensors);
        string partial = PartialPath(path);
        FileStream stream = new(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 256 * 1024);
        try
        {
            return new GgufWriter(stream, ownsStream: true, path, metadata, tensors);
        }
        catch
        {
            stream.Dispose();
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Starts a file at the current position of a stream, which need not be seekable and stays open.</summary>
    /// <inheritdoc cref="Create(string, GgufMetadata, IReadOnlyList{GgufTensorDefinition})"/>
    public static GgufWriter Create(Stream stream, GgufMetadata metadata, IReadOnlyList<GgufTensorDefinition> tensors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(tensors);
        return new GgufWriter(stream, ownsStream: false, path: null, metadata, tensors);
    }

    /// <summary>Appends tensor data. A piece may end within a tensor but not reach into the next.</summary>
    /// <exception cref="InvalidOperationException">More bytes are given than the current tensor still takes.</exception>
    /// <exception cref="IOException">The disk is full or the file cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (data.IsEmpty)
        {
            return;
        }

        GgufTensorDefinition tensor = Current ?? throw new InvalidOperationException("All tensors have been written.");
        if (data.Length > tensor.ByteLength - _writtenOfCurrent)
        {
            throw new InvalidOperationException($"Tensor '{tensor.Name}' takes {tensor.ByteLength - _writtenOfCurrent} more bytes; {data.Length} were given.");
        }

        _stream.Write(data);
        _writtenOfCurrent += data.Length;
        if (_writtenOfCurrent == tensor.ByteLength)
        {
            Pad(Padding.Up(tensor.ByteLength, _alignment) - tensor.ByteLength);
            _current++;
            _writtenOfCurrent = 0;
            SkipEmpty();
        }
    }

    /// <summary>Ends the file, flushes it to the disk and gives it its name.</summary>
    /// <exception cref="InvalidOperationException">Data is missing.</exception>
    /// <exception cref="IOException">The disk is full or the file cannot be written.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Current is { } tensor)
        {
            throw new InvalidOperationException($"Tensor '{tensor.Name}' still takes {tensor.ByteLength - _writtenOfCurrent} bytes.");
        }

        if (_completed)
        {
            return;
        }

        if (_path is null)
        {
            _stream.Flush();
        }
        else
        {
            ((FileStream)_stream).Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_partialPath!, _path, overwrite: true);
        }

        _completed = true;
    }

    /// <summary>Releases the file; one that was not completed is removed.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_ownsStream)
        {
            _stream.Dispose();
            if (!_completed)
            {
                File.Delete(_partialPath!);
            }
        }
    }

    private static string PartialPath(string path) => path + ".partial";

    private void SkipEmpty()
    {
        while (_current < Tensors.Count && Tensors[_current].ByteLength == 0)
        {
            _current++;
        }
    }

    private void Pad(long count)
    {
        for (long left = count; left > 0; left -= ZerosLength)
        {
            _stream.Write(s_zeros, 0, (int)Math.Min(left, ZerosLength));
        }
    }
}
