using System.Buffers;

namespace LocalInference.Providers;

/// <summary>
/// Reads the messages of a streamed answer: the lines of NDJSON, or the data of server-sent events (WHATWG HTML, section 9.2.6), whose
/// names the data repeats. An event without its closing empty line was cut, and is none.
/// </summary>
internal sealed class MessageReader(Stream stream, bool isEventStream) : IDisposable
{
    private readonly LineReader _lines = new(stream);
    private readonly ArrayBufferWriter<byte> _data = new();

    /// <summary>The message that was read; valid until the next one is.</summary>
    public ReadOnlyMemory<byte> Message { get; private set; }

    /// <summary>Reads a message; false: there is none any more.</summary>
    /// <param name="onLine">Told of each line, comments too: the provider is alive.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="IOException">The connection broke, or a message is too long.</exception>
    public async ValueTask<bool> ReadAsync(Action onLine, CancellationToken cancellationToken)
    {
        _data.ResetWrittenCount();
        bool hasData = false;
        while (await _lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            onLine();
            ReadOnlyMemory<byte> line = _lines.Line;
            if (!isEventStream)
            {
                if (line.IsEmpty)
                {
                    continue;
                }

                Message = line;
                return true;
            }

            if (line.IsEmpty)
            {
                if (hasData)
                {
                    Message = _data.WrittenMemory;
                    return true;
                }
            }
            else if (line.Span.StartsWith("data:"u8))
            {
                Append(line.Span[5..], hasData);
                hasData = true;
            }
        }

        return false;
    }

    public void Dispose() => _lines.Dispose();

    private void Append(ReadOnlySpan<byte> data, bool isFollowing)
    {
        if (isFollowing)
        {
            _data.Write("\n"u8);
        }

        _data.Write(data.StartsWith(" "u8) ? data[1..] : data);
        if (_data.WrittenCount > LineReader.MaxLength)
        {
            throw new IOException($"An event of the answer is longer than {LineReader.MaxLength} bytes.");
        }
    }
}
