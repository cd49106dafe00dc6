using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace LocalInference;

/// <summary>
/// Measures how busy the machine is, from Linux's <c>/proc/stat</c> (proc(5)): ticks of 10 ms per state and core since boot.
/// A reading costs some 20 µs and allocates nothing. Used by one engine thread.
/// </summary>
internal sealed class CpuLoad : ICpuLoad, IDisposable
{
    private readonly SafeFileHandle _stat;
    private readonly byte[] _buffer = new byte[512];
    private readonly int _cores = Environment.ProcessorCount;
    private Reading _last;

    private CpuLoad(SafeFileHandle stat)
    {
        _stat = stat;
        _last = Read();
    }

    /// <summary>A meter, or <see langword="null"/> where the system does not offer one.</summary>
    public static CpuLoad? TryOpen()
    {
        try
        {
            return OperatingSystem.IsLinux() ? new CpuLoad(File.OpenHandle("/proc/stat")) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The load since the call before.</summary>
    public CpuLoadSample Sample()
    {
        Reading now = Read();
        long total = now.Total - _last.Total;
        double seconds = Stopwatch.GetElapsedTime(_last.Timestamp, now.Timestamp).TotalSeconds;

        // iowait may decrease (proc(5)).
        double idle = total > 0 ? Math.Clamp((double)(now.Idle - _last.Idle) / total, 0, 1) * _cores : 0;
        double own = seconds > 0 ? (now.OwnSeconds - _last.OwnSeconds) / seconds : 0;
        _last = now;
        return new(_cores, idle, Math.Max(0, _cores - idle - own), Math.Max(1, ActiveEngines.Count));
    }

    public void Dispose() => _stat.Dispose();

    // First line: "cpu  user nice system idle iowait irq softirq steal guest guest_nice". Guest time is in user already.
    private Reading Read()
    {
        int length = RandomAccess.Read(_stat, _buffer, 0);
        ReadOnlySpan<byte> line = _buffer.AsSpan(0, length);
        line = line[..Math.Max(0, line.IndexOf((byte)'\n'))];

        long total = 0;
        long idle = 0;
        int column = 0;
        foreach (Range range in line.Split((byte)' '))
        {
            if (System.Buffers.Text.Utf8Parser.TryParse(line[range], out long ticks, out _))
            {
                total += column < 8 ? ticks : 0;
                idle += column is 3 or 4 ? ticks : 0;
                column++;
            }
        }

        return new(total, idle, Environment.CpuUsage.TotalTime.TotalSeconds, Stopwatch.GetTimestamp());
    }

    private readonly record struct Reading(long Total, long Idle, double OwnSeconds, long Timestamp);
}
