using System.Buffers.Binary;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// A blob on its way: a file of its full length, and beside it a map of what is there already, so that a later process goes on where this
/// one was killed. Who has the file open, has it alone.
/// <code>
/// .sha256-HEX.part  the bytes, each chunk filled from its beginning
/// .sha256-HEX.map   "LIPART01", length, bytes of a chunk, then for each chunk the bytes that are there; 8 bytes each, little-endian
/// </code>
/// </summary>
internal sealed class DownloadFile : IDisposable
{
    public const string Prefix = ".sha256-";

    private const ulong Magic = 0x31305452_4150494C;
    private const int HeaderBytes = 24;

    private readonly FileStream _data;
    private readonly FileStream _map;
    private readonly string _mapPath;
    private readonly Lock _gate = new();
    private long[] _filled = [];

    private DownloadFile(FileStream data, FileStream map, string mapPath, long length)
    {
        (_data, _map, _mapPath, Length) = (data, map, mapPath, length);
    }

    public long Length { get; }

    public long ChunkBytes { get; private set; }

    public int Chunks => _filled.Length;

    /// <summary>The bytes that are there.</summary>
    public long Filled
    {
        get
        {
            lock (_gate)
            {
                return _filled.Sum();
            }
        }
    }

    /// <summary>Opens the file of a blob, with what an earlier download has left.</summary>
    /// <returns>The file, or <see langword="null"/> if another process has it.</returns>
    /// <exception cref="StoreException">It cannot be written.</exception>
    public static DownloadFile? TryOpen(StoreRoot root, ManifestLayer layer, long chunkBytes)
    {
        PrivateFile.CreateFolder(root.Blobs);
        string path = Path.Combine(root.Blobs, $".{layer.Digest.FileName}");
        FileStream data;
        try
        {
            data = PrivateFile.Open(path + ".part", FileMode.OpenOrCreate);
        }
        catch (IOException e) when (PrivateFile.IsHeld(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.StoreFailed($"'{path}.part' could not be opened", e.Message, "Check the disk, and that you may write to the store.", e);
        }

        FileStream? map = null;
        try
        {
            map = PrivateFile.Open(path + ".map", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            DownloadFile file = new(data, map, path + ".map", layer.Size);
            file.ReadMap(chunkBytes);
            return file;
        }
        catch
        {
            map?.Dispose();
            data.Dispose();
            throw;
        }
    }

    /// <summary>How far another process is; for its waiters' progress.</summary>
    public static long ReadFilled(StoreRoot root, ManifestLayer layer)
    {
        try
        {
            using FileStream map = PrivateFile.Open(Path.Combine(root.Blobs, $".{layer.Digest.FileName}.map"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] content = new byte[Math.Min(map.Length, 1 << 20)];
            int length = map.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            long filled = 0;
            for (int offset = HeaderBytes; offset + sizeof(long) <= length; offset += sizeof(long))
            {
                filled += BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(offset));
            }

            return Math.Clamp(filled, 0, layer.Size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    public long ChunkLength(int chunk) => Math.Min(ChunkBytes, Length - (chunk * ChunkBytes));

    public long FilledOf(int chunk)
    {
        lock (_gate)
        {
            return _filled[chunk];
        }
    }

    /// <summary>The bytes that are there without a gap from the beginning, no less than those before a chunk that is known to be full.</summary>
    public long Front(ref int chunk)
    {
        lock (_gate)
        {
            while (chunk < _filled.Length && _filled[chunk] == ChunkLength(chunk))
            {
                chunk++;
            }

            return chunk == _filled.Length ? Length : (chunk * ChunkBytes) + _filled[chunk];
        }
    }

    /// <summary>Appends to a chunk. The map follows the bytes, so that what it promises is there.</summary>
    public async ValueTask AppendAsync(int chunk, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        long filled = FilledOf(chunk);
        await RandomAccess.WriteAsync(_data.SafeFileHandle, bytes, (chunk * ChunkBytes) + filled, cancellationToken).ConfigureAwait(false);
        SetFilled(chunk, filled + bytes.Length);
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(_data.SafeFileHandle, buffer, offset, cancellationToken);

    public void SetFilled(int chunk, long filled)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, filled);
        lock (_gate)
        {
            _filled[chunk] = filled;
            RandomAccess.Write(_map.SafeFileHandle, number, HeaderBytes + ((long)chunk * sizeof(long)));
        }
    }

    /// <summary>Begins anew, with chunks of another length.</summary>
    public void Reset(long chunkBytes)
    {
        lock (_gate)
        {
            ChunkBytes = chunkBytes;
            _filled = new long[(Length + chunkBytes - 1) / chunkBytes];
            _map.SetLength(0);
            byte[] header = new byte[HeaderBytes + (_filled.Length * sizeof(long))];
            BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), Length);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), chunkBytes);
            RandomAccess.Write(_map.SafeFileHandle, header, 0);
            _data.SetLength(Length);
        }
    }

    /// <summary>Makes it the blob that it was to be.</summary>
    public void Complete(string blobPath)
    {
        _data.Flush(flushToDisk: true);
        string dataPath = _data.Name;

        // Moved while it is still ours alone where the system allows it, else another could begin anew in between.
        if (OperatingSystem.IsWindows())
        {
            _data.Dispose();
        }

        PrivateFile.Move(dataPath, blobPath);
        Dispose();
        PrivateFile.DeleteIfThere(_mapPath);
    }

    /// <summary>Deletes it, with all that is there.</summary>
    public void Discard()
    {
        string dataPath = _data.Name;
        Dispose();
        PrivateFile.DeleteIfThere(_mapPath);
        PrivateFile.DeleteIfThere(dataPath);
    }

    public void Dispose()
    {
        _data.Dispose();
        _map.Dispose();
    }

    private void ReadMap(long chunkBytes)
    {
        byte[] content = new byte[Math.Min(_map.Length, int.MaxValue / 2)];
        RandomAccess.Read(_map.SafeFileHandle, content, 0);
        if (content.Length < HeaderBytes
            || BinaryPrimitives.ReadUInt64LittleEndian(content) != Magic
            || BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(8)) != Length
            || BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(16)) is not (> 0 and { } size)
            || content.Length != HeaderBytes + ((Length + size - 1) / size * sizeof(long))
            || _data.Length != Length)
        {
            Reset(chunkBytes);
            return;
        }

        ChunkBytes = size;
        _filled = new long[(content.Length - HeaderBytes) / sizeof(long)];
        for (int chunk = 0; chunk < _filled.Length; chunk++)
        {
            // Whatever stands there: the digest decides in the end.
            _filled[chunk] = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(HeaderBytes + (chunk * sizeof(long)))), 0, ChunkLength(chunk));
        }
    }
}
