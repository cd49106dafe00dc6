using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace LocalInference.Gguf;

/// <summary>A part whose file is open. Thread safe, except that nothing may be in use while it is disposed of.</summary>
internal sealed class PartSource : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Lock _gate = new();
    private MemoryMappedFile? _mapping;
    private MemoryMappedViewAccessor? _view;
    private nint _start;
    private bool _disposed;

    private PartSource(SafeFileHandle file, GgufPart part)
    {
        _file = file;
        Part = part;
    }

    public GgufPart Part { get; }

    /// <summary>Opens the file and reads its header.</summary>
    public static PartSource Open(string path, int index)
    {
        SafeFileHandle file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        try
        {
            long length = RandomAccess.GetLength(file);
            return new PartSource(file, new GgufPart(path, length, HeaderParser.Parse(file, path, length, index)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads without the mapping.</summary>
    public void Read(long position, Span<byte> into)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(GgufFile));
        while (!into.IsEmpty)
        {
            int read = RandomAccess.Read(_file, into, position);
            if (read == 0)
            {
                throw new GgufException(GgufError.Of("The file became shorter after it was opened", nextStep: "Leave model files alone while they are in use."), Part.Path, position);
            }

            position += read;
            into = into[read..];
        }
    }

    /// <summary>A view of the file; the whole file is mapped at the first call and pages are read when touched.</summary>
    public unsafe ReadOnlySpan<byte> Map(long position, int count)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(GgufFile));
            if (_view is null)
            {
                _mapping = MemoryMappedFile.CreateFromFile(_file, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                _view = _mapping.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
                byte* start = null;
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
                _start = (nint)(start + _view.PointerOffset);
            }
        }

        // The file may have become shorter between opening and mapping, and the view with it.
        return (ulong)(position + count) <= _view.SafeMemoryMappedViewHandle.ByteLength
            ? new ReadOnlySpan<byte>((byte*)_start + position, count)
            : throw new GgufException(GgufError.Of("The file became shorter after it was opened", nextStep: "Leave model files alone while they are in use."), Part.Path, position);
    }

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
