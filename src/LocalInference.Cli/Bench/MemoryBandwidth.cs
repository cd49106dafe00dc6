using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LocalInference.Cli.Bench;

/// <summary>
/// How fast so many threads read memory from end to end: a vectorised sum over a buffer that no cache holds. That is the
/// ceiling of decoding, which reads every weight once for each token.
/// </summary>
internal static unsafe class MemoryBandwidth
{
    /// <summary>1 GiB: several times the largest last-level caches.</summary>
    public const long DefaultBytes = 1L << 30;

    private const int Passes = 5;
    private const int Unroll = 4;

    /// <summary>Bytes per second of the best of several passes, or <see langword="null"/> if there is no room for the buffer.</summary>
    public static double? Measure(int threads) => Measure(threads, DefaultBytes);

    internal static double? Measure(int threads, long bytes)
    {
        byte* buffer;
        try
        {
            buffer = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }

        try
        {
            return Measure(buffer, bytes, threads);
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    private static double Measure(byte* buffer, long bytes, int threads)
    {
        long block = Vector<ulong>.Count * sizeof(ulong) * Unroll;
        long share = bytes / threads / block * block;
        nint start = (nint)buffer;
        using Barrier barrier = new(threads);
        ulong[] sums = new ulong[threads];
        long[][] started = [.. Enumerable.Range(0, threads).Select(static _ => new long[Passes])];
        long[][] ended = [.. Enumerable.Range(0, threads).Select(static _ => new long[Passes])];
        Thread[] readers = [.. Enumerable.Range(0, threads).Select(index => new Thread(() =>
        {
            byte* mine = (byte*)start + (index * share);

            // Written by the thread that reads it, so that the pages lie where it runs; pages never written are one page of zeros.
            NativeMemory.Fill(mine, (nuint)share, (byte)(index + 1));
            for (int pass = 0; pass < Passes; pass++)
            {
                barrier.SignalAndWait();
                started[index][pass] = Stopwatch.GetTimestamp();
                sums[index] += Sum(mine, share);
                ended[index][pass] = Stopwatch.GetTimestamp();
            }
        })
        { IsBackground = true, Name = "bandwidth" })];
        foreach (Thread reader in readers)
        {
            reader.Start();
        }

        foreach (Thread reader in readers)
        {
            reader.Join();
        }

        // From the first reader's start to the last one's end: a watching thread could sleep through a pass.
        TimeSpan best = Enumerable.Range(0, Passes)
            .Min(pass => Stopwatch.GetElapsedTime(started.Min(times => times[pass]), ended.Max(times => times[pass])));

        // The sums are used, so no compiler may leave the reads out.
        return sums.Aggregate(static (a, b) => a | b) == 0 ? 0 : share * threads / best.TotalSeconds;
    }

    // Four sums in flight, so that the additions do not wait for each other.
    private static ulong Sum(byte* bytes, long count)
    {
        int width = Vector<ulong>.Count;
        ulong* at = (ulong*)bytes;
        ulong* end = (ulong*)(bytes + count);
        Vector<ulong> a = default, b = default, c = default, d = default;
        for (; at < end; at += width * Unroll)
        {
            a += Vector.Load(at);
            b += Vector.Load(at + width);
            c += Vector.Load(at + (2 * width));
            d += Vector.Load(at + (3 * width));
        }

        return Vector.Sum(a + b + c + d);
    }
}
