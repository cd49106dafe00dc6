using System.Buffers;

namespace LocalInference.Providers;

/// <summary>Reads the lines of an answer's body without their ends. A last line that has no end is none: it was cut.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    /// <summary>The longest line; pictures and audio do not come this way.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private int _start;
    private int _searched;
    private int _end;

    /// <summary>The line that was read; valid until the next one is.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Behind the last line: what came without an end.</summary>
    public ReadOnlyMemory<byte> Rest => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Reads a line; false: there is none any more.</summary>
    /// <exception cref="IOException">The connection broke, or the line is too long.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int length = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                int end = _searched + length;
                Line = _buffer.AsMemory(_start, end - _start - (end > _start && _buffer[end - 1] == '\r' ? 1 : 0));
                _start = _searched = end + 1;
                return true;
            }

            _searched = _end;
            MakeRoom();
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Line = default;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _searched -= _start;
            _start = 0;
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        if (_end >= MaxLength)
        {
            throw new IOException($"A line of the answer is longer than {MaxLength} bytes.");
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
