using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LocalInference.Gguf;

/// <summary>
/// Reads a file's header front to back. Every length is compared with the bytes that are left before anything is
/// allocated or skipped. It reads by calls rather than through a mapping, so that a file which shrinks meanwhile is an
/// error and not a signal that ends the process.
/// </summary>
internal sealed class HeaderReader(SafeFileHandle handle, string path, long length)
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[(int)Math.Min(length, 64 * 1024)];
    private int _next;
    private int _filled;

    /// <summary>Bytes from the beginning of the file to the next one that is read.</summary>
    public long Position { get; private set; }

    public long Remaining => length - Position;

    public uint ReadUInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what));

    public ulong ReadUInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), what));

    /// <summary>At most 16 bytes, valid until the next call.</summary>
    public ReadOnlySpan<byte> Take(int count, string what)
    {
        Require(count, what);
        if (_filled - _next < count)
        {
            Fill(count, what);
        }

        ReadOnlySpan<byte> taken = _buffer.AsSpan(_next, count);
        _next += count;
        Advance(count);
        return taken;
    }

    /// <summary>A copy of the next bytes; the caller has bounded <paramref name="count"/>.</summary>
    public byte[] ReadBytes(int count, string what)
    {
        Require(count, what);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(count);
        int buffered = Math.Min(count, _filled - _next);
        _buffer.AsSpan(_next, buffered).CopyTo(bytes);
        ReadExactly(bytes.AsSpan(buffered), Position + buffered, what);
        Skip(count, what);
        return bytes;
    }

    public void Skip(long count, string what)
    {
        Require(count, what);
        int buffered = (int)Math.Min(count, _filled - _next);
        _next += buffered;
        if (buffered < count)
        {
            _next = _filled = 0;
        }

        Advance(count);
    }

    /// <summary>Goes back to a place that was passed before, to read what has been measured meanwhile.</summary>
    public void Rewind(long position)
    {
        Position = position;
        _next = _filled = 0;
    }

    /// <summary>A length-prefixed name, which has to be valid UTF-8.</summary>
    /// <returns>The name and its size in bytes.</returns>
    public (string Text, int ByteCount) ReadName(int longest, string what)
    {
        long start = Position;
        ulong size = ReadUInt64(what);
        if (size > (ulong)longest)
        {
            throw Fail(GgufError.Of($"{what} is {size} bytes long", size, longest), start);
        }

        byte[] bytes = ReadBytes((int)size, what);
        try
        {
            return (s_strictUtf8.GetString(bytes), bytes.Length);
        }
        catch (DecoderFallbackException e)
        {
            throw Fail(GgufError.Of($"{what} is not valid UTF-8", GgufError.Quote(Encoding.UTF8.GetString(bytes))), start, e);
        }
    }

    public GgufException Fail(GgufError error, long position, Exception? inner = null) => new(error, path, position, inner);

    private void Advance(long count)
    {
        Position += count;
        if (Position > GgufLimits.HeaderBytes)
        {
            throw Fail(GgufError.Of("The metadata does not end where any model's would", Position, GgufLimits.HeaderBytes), Position);
        }
    }

    private void Require(long count, string what)
    {
        if (count > Remaining)
        {
            throw Fail(GgufError.Of($"The file ends within {Lower(what)}: {count} bytes are needed, {Remaining} are left", count, Remaining), Position);
        }
    }

    private void Fill(int atLeast, string what)
    {
        int kept = _filled - _next;
        _buffer.AsSpan(_next, kept).CopyTo(_buffer);
        _next = 0;
        _filled = kept;
        while (_filled < atLeast)
        {
            int read = RandomAccess.Read(handle, _buffer.AsSpan(_filled), Position + _filled);
            if (read == 0)
            {
                throw Shrunk(what);
            }

            _filled += read;
        }
    }

    private void ReadExactly(Span<byte> into, long position, string what)
    {
        while (!into.IsEmpty)
        {
            int read = RandomAccess.Read(handle, into, position);
            if (read == 0)
            {
                throw Shrunk(what);
            }

            position += read;
            into = into[read..];
        }
    }

    private GgufException Shrunk(string what) =>
        Fail(GgufError.Of($"The file became shorter while {Lower(what)} was read", nextStep: "Wait until the file is complete and open it again."), Position);

    private static string Lower(string what) => string.Concat(char.ToLowerInvariant(what[0]).ToString(), what.AsSpan(1));
}
