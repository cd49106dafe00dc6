using System.Net.Sockets;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>A file of lines while it comes. Used by one reader.</summary>
internal sealed class LinesReply(ReplyParts parts, Stream body, ProviderOptions options, CancellationToken caller) : Reply(parts)
{
    private readonly LineReader _lines = new(body);
    private bool _isRead;

    /// <summary>The next line that says something, valid until the one after it is read; <see langword="null"/>: there is none any more.</summary>
    /// <exception cref="ProviderException">The connection broke, or was silent for too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync()
    {
        try
        {
            while (!_isRead)
            {
                Parts.Attempt.Arm(options.Resilience.IdleTimeout);

                // The last line of a file may have no end; a connection that broke is an exception, so nothing was cut.
                _isRead = !await _lines.ReadAsync(Parts.Attempt.Token).ConfigureAwait(false);
                Parts.Attempt.Disarm();
                ReadOnlyMemory<byte> line = _isRead ? _lines.Rest : _lines.Line;
                if (!line.Span.Trim((byte)' ').IsEmpty)
                {
                    return line;
                }
            }

            return null;
        }
        catch (OperationCanceledException e)
        {
            caller.ThrowIfCancellationRequested();
            throw Parts.Attempt.TimedOut(e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or SocketException)
        {
            caller.ThrowIfCancellationRequested();
            throw ExceptionFactory.Provider(ProviderErrorKind.Network, options.Name, "broke off the connection within its results", inner: e);
        }
    }

    public override ValueTask DisposeAsync()
    {
        _lines.Dispose();
        return base.DisposeAsync();
    }
}
