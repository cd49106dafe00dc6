using System.Collections.Immutable;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace LocalInference.Gguf;

/// <summary>One of the files that a model consists of. Thread safe.</summary>
public sealed class GgufPart : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Lock _gate = new();
    private MemoryMappedFile? _mapping;
    private MemoryMappedViewAccessor? _view;
    private nint _start;
    private bool _disposed;

    private GgufPart(string path, SafeFileHandle file, long length, Header header)
    {
        Path = path;
        _file = file;
        Length = length;
        Version = header.Version;
        Alignment = header.Alignment;
        DataOffset = header.DataOffset;
        Metadata = header.Metadata;
        Tensors = header.Tensors;
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>Its size in bytes.</summary>
    public long Length { get; }

    /// <summary>The GGUF version: 2 or 3.</summary>
    public uint Version { get; }

    /// <summary>What tensor data is aligned to, in bytes: a power of two.</summary>
    public uint Alignment { get; }

    /// <summary>Where tensor data starts, in bytes from the beginning of the file.</summary>
    public long DataOffset { get; }

    /// <summary>This file's own metadata; in all but the first part little more than the split keys.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors in this file, in file order.</summary>
    public ImmutableArray<GgufTensorInfo> Tensors { get; }

    /// <summary>Opens the file and reads its header.</summary>
    internal static GgufPart Open(string path, int index)
    {
        SafeFileHandle file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        try
        {
            long length = RandomAccess.GetLength(file);
            return new GgufPart(path, file, length, HeaderParser.Parse(file, path, length, index));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads without the mapping.</summary>
    internal void Read(long position, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            int read = RandomAccess.Read(_file, into, position);
            if (read == 0)
            {
                throw new GgufException(GgufError.Of("The file became shorter after it was opened", nextStep: "Leave model files alone while they are in use."), Path, position);
            }

            position += read;
            into = into[read..];
        }
    }

    /// <summary>A view of the file; the whole file is mapped at the first call and pages are read when touched.</summary>
    internal unsafe ReadOnlySpan<byte> Map(long position, int count)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_view is null)
            {
                _mapping = MemoryMappedFile.CreateFromFile(_file, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                _view = _mapping.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
                byte* start = null;
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
                _start = (nint)(start + _view.PointerOffset);
            }
        }

        return new ReadOnlySpan<byte>((byte*)_start + position, count);
    }

    /// <summary>Closes the file and takes away its mapping.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            if (_view is not null)
            {
                _view.SafeMemoryMappedViewHandle.ReleasePointer();
                _view.Dispose();
                _mapping!.Dispose();
            }

            _file.Dispose();
        }
    }
}
