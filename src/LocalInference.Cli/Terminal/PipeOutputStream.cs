using Microsoft.Win32.SafeHandles;

namespace LocalInference.Cli.Terminal;

/// <summary>
/// Standard output where it is a pipe. The console's own stream swallows the error of a pipe whose reader has left, so a model
/// would go on generating for nobody; this one throws <see cref="OutputClosedException"/>.
/// </summary>
internal sealed class PipeOutputStream(Stream pipe) : Stream
{
    private const int StandardOutput = 1;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Standard output as such a stream if it is a pipe or socket, else <see langword="null"/>.</summary>
    public static PipeOutputStream? TryOpen()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            FileStream stream = new(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);

            // A seekable file would be written at an offset of its own and fight with standard error over `>both 2>&1`.
            return stream.CanSeek ? null : new PipeOutputStream(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Closed or write-only in an odd way: the console's stream copes with that.
            return null;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            pipe.Write(buffer);
        }
        catch (IOException e)
        {
            throw new OutputClosedException(e);
        }
    }

    public override void Flush() => pipe.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
