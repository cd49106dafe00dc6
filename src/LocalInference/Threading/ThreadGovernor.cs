namespace LocalInference;

/// <summary>
/// Decides how many threads compute. ggml's workers spin at a barrier after every operation of a graph, hundreds of times a
/// token: when one of them is not running because another program has its core, all the others burn time for nothing. With
/// two threads on two cores one busy loop beside them costs three quarters of the speed, another spinning program 98 %; one
/// thread has no barrier and loses nothing. So the number of threads follows the number of free cores:
/// <list type="bullet">
/// <item>down, as soon as a window of steps shows that other programs want a core, or that steps became far slower;</item>
/// <item>up, when the cores stayed idle for some windows.</item>
/// </list>
/// Used by one engine thread; allocates nothing.
/// </summary>
internal sealed class ThreadGovernor
{
    // Long enough for /proc/stat's ticks of 10 ms to mean something, short enough to give way within half a second.
    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(200);

    // Half a core is what a desktop's background, a client on the same machine and this process's own managed threads use in short pieces:
    // they cost less than a thread that does not compute.
    private const double Tolerance = 0.5;

    // A single slow step is a page fault or a timer; a whole window of them is a stall.
    private const double SlowDown = 1.6;

    private const int CalmWindowsBeforeRaise = 3;

    // Without a meter the only way to know is to try; the first try comes soon, later ones ever more seldom.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(16);

    private readonly ICpuLoad? _load;
    private readonly TimeProvider _time;
    private readonly bool _enabled;
    private long _windowStart = long.MinValue;
    private long _lastStep;
    private TimeSpan _stepTime;
    private int _steps;
    private TimeSpan _reference = TimeSpan.MaxValue;
    private int _calmWindows;
    private TimeSpan _pause = s_window * CalmWindowsBeforeRaise;
    private long _loweredAt;

    /// <param name="maximum">Most threads to use.</param>
    /// <param name="enabled">Whether to adapt at all.</param>
    /// <param name="load">The machine's meter, if it has one.</param>
    /// <param name="time">The clock.</param>
    public ThreadGovernor(int maximum, bool enabled, ICpuLoad? load, TimeProvider time)
    {
        Maximum = maximum;
        Threads = maximum;
        _enabled = enabled && maximum > 1;
        _load = load;
        _time = time;
    }

    /// <summary>Most threads to use.</summary>
    public int Maximum { get; }

    /// <summary>Threads to use for the next step.</summary>
    public int Threads { get; private set; }

    /// <summary>Takes note of a step; true when <see cref="Threads"/> changed.</summary>
    /// <param name="elapsed">Time of the step.</param>
    /// <param name="rows">Tokens it computed. Only single-token steps are comparable with each other.</param>
    public bool AfterStep(TimeSpan elapsed, int rows)
    {
        if (!_enabled)
        {
            return false;
        }

        long now = _time.GetTimestamp();
        if (_windowStart == long.MinValue || _time.GetElapsedTime(_lastStep, now) > s_window + elapsed)
        {
            // The engine slept: what the machine did meanwhile says nothing about this run.
            StartWindow(now);
            _reference = TimeSpan.MaxValue;
            _load?.Sample();
        }

        _lastStep = now;
        if (rows == 1)
        {
            _stepTime += elapsed;
            _steps++;
        }
        else
        {
            // Another request may have come, with thousands of tokens behind it: its steps are dearer, and that is no stall.
            (_steps, _stepTime, _reference) = (0, TimeSpan.Zero, TimeSpan.MaxValue);
        }

        return _time.GetElapsedTime(_windowStart, now) >= s_window && Decide(now);
    }

    private bool Decide(long now)
    {
        TimeSpan step = _steps > 0 ? _stepTime / _steps : TimeSpan.Zero;
        int before = Threads;
        if (_load is not null)
        {
            CpuLoadSample load = _load.Sample();
            int affordable = Math.Clamp((int)(((load.Cores - load.Foreign) / load.Engines) + Tolerance), 1, Maximum);
            if (affordable < Threads)
            {
                Threads = affordable;
                _calmWindows = 0;
            }
            else if (IsStalled(step))
            {
                Threads--;
                _calmWindows = 0;
            }
            else
            {
                // An idle core is the only proof that one more thread would run: this process's own other threads and
                // programs that would like more time than they get show up as missing idleness.
                int room = (int)(load.Idle + Tolerance);
                _calmWindows = Threads < Maximum && room > 0 ? _calmWindows + 1 : 0;
                if (_calmWindows >= CalmWindowsBeforeRaise)
                {
                    Threads = Math.Min(Threads + room, Maximum);
                }
            }
        }
        else
        {
            DecideByTrial(now, step);
        }

        if (Threads != before)
        {
            // More threads must at least not be slower than fewer were; what fewer can do is yet to be seen.
            _reference = Threads > before && step > TimeSpan.Zero ? step : TimeSpan.MaxValue;
            _calmWindows = 0;
        }

        StartWindow(now);
        return Threads != before;
    }

    private void DecideByTrial(long now, TimeSpan step)
    {
        if (IsStalled(step))
        {
            Threads--;
            _loweredAt = now;
            _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, s_longestPause.Ticks));
        }
        else if (Threads < Maximum && _time.GetElapsedTime(_loweredAt, now) >= _pause)
        {
            Threads++;
        }
        else if (Threads == Maximum)
        {
            _pause = s_window * CalmWindowsBeforeRaise;
        }
    }

    // The reference is the best window since the number of threads or the requests changed; it may grow slowly, as the KV cache does.
    private bool IsStalled(TimeSpan step)
    {
        if (_steps == 0)
        {
            return false;
        }

        bool stalled = Threads > 1 && _reference != TimeSpan.MaxValue && step > _reference * SlowDown;
        TimeSpan grown = _reference == TimeSpan.MaxValue ? step : _reference * 1.02;
        _reference = step < grown ? step : grown;
        return stalled;
    }

    private void StartWindow(long now)
    {
        _windowStart = now;
        _stepTime = TimeSpan.Zero;
        _steps = 0;
    }
}
