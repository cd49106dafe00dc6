using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Threading.Channels;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Fetches one blob over several connections, each a chunk at a time, and hashes it behind the first gap meanwhile, so that its digest is
/// known when the last byte is there.
/// </summary>
/// <param name="open">Asks for a part of it, or for all.</param>
/// <param name="root">Gets it.</param>
/// <param name="layer">What it is.</param>
/// <param name="options">How.</param>
/// <param name="limiter">How fast.</param>
/// <param name="report">Told the bytes that are there, often.</param>
internal sealed class BlobDownload(Func<RangeHeaderValue?, CancellationToken, Task<HttpResponseMessage>> open, StoreRoot root, ManifestLayer layer, PullOptions options, BandwidthLimiter limiter, Action<long> report)
{
    private const int BufferBytes = 256 << 10;
    private const int HashBytes = 1 << 20;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="LocalInferenceException">It cannot be had, or is not what it should be. What is there stays, unless it is wrong.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!root.Holds(layer))
        {
            using DownloadFile? file = DownloadFile.TryOpen(root, layer, options.ChunkBytes);
            if (file is null)
            {
                // Somebody else fetches it, in this process or another: that is one download for both.
                report(DownloadFile.ReadFilled(root, layer));
                await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
            }
            else if (root.Holds(layer))
            {
                file.Discard();
            }
            else
            {
                await FetchAsync(file, cancellationToken).ConfigureAwait(false);
            }
        }

        report(layer.Size);
    }

    private async Task FetchAsync(DownloadFile file, CancellationToken cancellationToken)
    {
        bool isFresh = file.Filled == 0;
        BlobDigest digest = await FetchChunksAsync(file, cancellationToken).ConfigureAwait(false);
        if (digest != layer.Digest && !isFresh)
        {
            // What lay there from earlier may be what is wrong.
            file.Reset(file.ChunkBytes);
            digest = await FetchChunksAsync(file, cancellationToken).ConfigureAwait(false);
        }

        if (digest != layer.Digest)
        {
            file.Discard();
            throw ExceptionFactory.DigestMismatch("a downloaded part", layer.Digest.ToString(), digest.ToString());
        }

        file.Complete(root.BlobPath(layer.Digest));
    }

    private async Task<BlobDigest> FetchChunksAsync(DownloadFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await FetchParallelAsync(file, cancellationToken).ConfigureAwait(false);
        }
        catch (RangesRefusedException)
        {
            file.Reset(Math.Max(1, layer.Size));
            return await FetchParallelAsync(file, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<BlobDigest> FetchParallelAsync(DownloadFile file, CancellationToken cancellationToken)
    {
        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<bool> arrived = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        Task<BlobDigest> hashing = HashAsync(file, arrived.Reader, failed.Token);
        int next = -1;
        int workers = Math.Clamp(file.Chunks, 1, options.Connections);
        List<Task> tasks = [hashing, .. Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync, failed.Token))];
        while (tasks.Count > 0)
        {
            Task first = await Task.WhenAny(tasks).ConfigureAwait(false);
            tasks.Remove(first);
            if (!first.IsCompletedSuccessfully)
            {
                // The others end because of it; its own reason is the one to tell.
                await failed.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await first.ConfigureAwait(false);
            }
        }

        return await hashing.ConfigureAwait(false);

        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) is var chunk && chunk < file.Chunks)
            {
                while (file.FilledOf(chunk) < file.ChunkLength(chunk))
                {
                    await Retry.RunAsync(
                        options,
                        $"the part {layer.Digest}",
                        () => FetchChunkAsync(file, chunk, arrived.Writer, failed.Token),
                        () => file.FilledOf(chunk),
                        failed.Token).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task FetchChunkAsync(DownloadFile file, int chunk, ChannelWriter<bool> arrived, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        using StallWatch watch = new(options.StallTimeout, cancellationToken);
        try
        {
            long start = chunk * file.ChunkBytes;
            long end = start + file.ChunkLength(chunk) - 1;
            long from = start + file.FilledOf(chunk);
            RangeHeaderValue? range = from == 0 && end == layer.Size - 1 ? null : new RangeHeaderValue(from, end);
            using HttpResponseMessage response = await open(range, watch.Token).ConfigureAwait(false);
            CheckRange(response, range, file, chunk);
            using Stream body = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
            while (file.ChunkLength(chunk) - file.FilledOf(chunk) is > 0 and var missing)
            {
                int read = await ReceiveAsync(body, buffer.AsMemory(0, (int)Math.Min(missing, BufferBytes)), watch).ConfigureAwait(false);
                watch.Pause();
                await file.AppendAsync(chunk, buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                arrived.TryWrite(true);
                report(file.Filled);
                await limiter.WaitAsync(read, cancellationToken).ConfigureAwait(false);
                watch.Resume();
            }
        }
        catch (OperationCanceledException) when (watch.IsStalled)
        {
            throw new TransferInterruptedException("the connection stalled");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Apart from writing, whose errors no repetition helps.
    private static async Task<int> ReceiveAsync(Stream body, Memory<byte> buffer, StallWatch watch)
    {
        try
        {
            int read = await body.ReadAsync(buffer, watch.Token).ConfigureAwait(false);
            watch.Received(read);
            return read > 0 ? read : throw new TransferInterruptedException("the connection ended too early");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TransferInterruptedException(e.Message, inner: e);
        }
    }

    private void CheckRange(HttpResponseMessage response, RangeHeaderValue? range, DownloadFile file, int chunk)
    {
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            ContentRangeHeaderValue? sent = response.Content.Headers.ContentRange;
            if (sent?.From != (range?.Ranges.First().From ?? 0) || (sent?.Length is { } length && length != layer.Size))
            {
                throw new TransferInterruptedException("the server sent another part than it was asked for");
            }
        }
        else if (range is not null)
        {
            if (file.Chunks > 1)
            {
                throw new RangesRefusedException();
            }

            file.SetFilled(chunk, 0);
        }
    }

    private static async Task<BlobDigest> HashAsync(DownloadFile file, ChannelReader<bool> arrived, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HashBytes);
        try
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long hashed = 0;
            int chunk = 0;
            while (hashed < file.Length)
            {
                long ready = file.Front(ref chunk) - hashed;
                if (ready <= 0)
                {
                    await arrived.ReadAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }

                int read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(ready, HashBytes)), hashed, cancellationToken).ConfigureAwait(false);
                hash.AppendData(buffer, 0, read);
                hashed += read;
            }

            return BlobDigest.OfHash(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
