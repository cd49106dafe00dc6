using System.Runtime.InteropServices;
using LocalInference.Native;
using Microsoft.Win32.SafeHandles;

namespace LocalInference;

/// <summary>The state of a sequence as llama.cpp writes it: in host memory, or in a file. Owned by the engine thread.</summary>
internal sealed unsafe class SavedState : IDisposable
{
    // A write of this size reaches any disk's full speed, and is far below what one call may take.
    private const int IoBytes = 8 << 20;

    private readonly long _size;
    private byte* _data;
    private SafeFileHandle? _file;

    private SavedState(byte* data, long size)
    {
        _data = data;
        _size = size;
    }

    public long Size => _size;

    public bool IsOnDisk => _file is not null;

    /// <summary>Copies the state of a sequence.</summary>
    /// <param name="context">The context.</param>
    /// <param name="id">The native id.</param>
    /// <param name="mostBytes">Larger ones are not copied.</param>
    /// <returns><see langword="null"/> when it is larger, or there was no memory for it.</returns>
    public static SavedState? TryCopy(ContextHandle context, int id, long mostBytes)
    {
        nuint size = Llama.llama_state_seq_get_size_ext(context.Pointer, id, 0);
        if (size == 0 || size > (nuint)mostBytes)
        {
            return null;
        }

        byte* data;
        try
        {
            data = (byte*)NativeMemory.Alloc(size);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }

        var state = new SavedState(data, (long)size);
        if (Llama.llama_state_seq_get_data_ext(context.Pointer, data, size, id, 0) == size)
        {
            context.Observer?.Saved(id, new ReadOnlySpan<byte>(data, checked((int)size)));
            return state;
        }

        state.Dispose();
        return null;
    }

    /// <summary>Reads a state that <see cref="CopyTo"/> wrote.</summary>
    /// <exception cref="EndOfStreamException">There are fewer bytes.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory for them.</exception>
    public static SavedState Read(Stream source, long size)
    {
        var state = new SavedState((byte*)NativeMemory.Alloc((nuint)size), size);
        try
        {
            for (long read = 0; read < size; read += IoBytes)
            {
                source.ReadExactly(new Span<byte>(state._data + read, (int)Math.Min(IoBytes, size - read)));
            }

            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Writes the bytes of a state in host memory. Callable from any thread, by whoever owns it.</summary>
    public void CopyTo(Stream destination)
    {
        for (long written = 0; written < _size; written += IoBytes)
        {
            destination.Write(new ReadOnlySpan<byte>(_data + written, (int)Math.Min(IoBytes, _size - written)));
        }
    }

    /// <summary>Writes the state into an empty sequence; false if llama.cpp found no place for it, or the file could not be read.</summary>
    public bool TryRestore(ContextHandle context, int id)
    {
        if (_file is null)
        {
            return Write(context, id, _data);
        }

        byte* data = null;
        try
        {
            data = (byte*)NativeMemory.Alloc((nuint)_size);
            long read = 0;
            while (read < _size)
            {
                int got = RandomAccess.Read(_file, new Span<byte>(data + read, (int)Math.Min(IoBytes, _size - read)), read);
                if (got == 0)
                {
                    return false;
                }

                read += got;
            }

            return Write(context, id, data);
        }
        catch (Exception e) when (e is IOException or OutOfMemoryException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            NativeMemory.Free(data);
        }
    }

    /// <summary>Moves it to a file of its own, which nobody else can open and which is gone with it; false if that failed.</summary>
    public bool TryMoveToDisk(string directory)
    {
        SafeFileHandle? file = null;
        try
        {
            string path = Path.Combine(directory, Path.GetRandomFileName() + ".kv");
            file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose, _size);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            for (long written = 0; written < _size; written += IoBytes)
            {
                RandomAccess.Write(file, new ReadOnlySpan<byte>(_data + written, (int)Math.Min(IoBytes, _size - written)), written);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            return false;
        }

        _file = file;
        FreeMemory();
        return true;
    }

    public void Dispose()
    {
        FreeMemory();
        _file?.Dispose();
        _file = null;
    }

    private bool Write(ContextHandle context, int id, byte* data)
    {
        if (data == null || Llama.llama_state_seq_set_data_ext(context.Pointer, data, (nuint)_size, id, 0) != (nuint)_size)
        {
            return false;
        }

        context.Observer?.Restored(id, new ReadOnlySpan<byte>(data, checked((int)_size)));
        return true;
    }

    private void FreeMemory()
    {
        NativeMemory.Free(_data);
        _data = null;
    }
}
