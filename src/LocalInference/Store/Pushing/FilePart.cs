using System.Buffers;
using System.Net;

namespace LocalInference;

/// <summary>A part of a file, as the body of a request. It is read while it is sent.</summary>
/// <param name="file">The file, which stays open.</param>
/// <param name="from">Its first byte.</param>
/// <param name="length">Its bytes.</param>
/// <param name="limiter">How fast.</param>
/// <param name="watch">Told what was sent.</param>
/// <param name="sent">Told how much of the part was sent so far.</param>
internal sealed class FilePart(FileStream file, long from, long length, BandwidthLimiter limiter, StallWatch watch, Action<long> sent) : HttpContent
{
    private const int BufferBytes = 256 << 10;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (long done = 0; done < length;)
            {
                watch.Pause();
                int read = await RandomAccess.ReadAsync(file.SafeFileHandle, buffer.AsMemory(0, (int)Math.Min(BufferBytes, length - done)), from + done, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new IOException("The file became shorter while it was sent.");
                }

                await limiter.WaitAsync(read, cancellationToken).ConfigureAwait(false);
                watch.Resume();
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                watch.Received(read);
                done += read;
                sent(done);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long bytes)
    {
        bytes = length;
        return true;
    }
}
