namespace LocalInference.Tests.Threading;

public sealed class ThreadGovernorTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void A_quiet_machine_keeps_all_threads()
    {
        var machine = new Machine(cores: 4);

        machine.Run(TimeSpan.FromSeconds(10), s_step);

        Assert.Equal(4, machine.Governor.Threads);
        Assert.Equal(0, machine.Changes);
    }

    [Fact]
    public void Threads_follow_the_cores_that_others_leave()
    {
        var machine = new Machine(cores: 2);
        machine.Run(TimeSpan.FromSeconds(1), s_step);

        machine.Foreign = 1;
        machine.Run(TimeSpan.FromSeconds(0.5), s_step);
        Assert.Equal(1, machine.Governor.Threads);

        machine.Run(TimeSpan.FromSeconds(10), s_step);
        Assert.Equal(1, machine.Governor.Threads);

        machine.Foreign = 0;
        machine.Run(TimeSpan.FromSeconds(2), s_step);
        Assert.Equal(2, machine.Governor.Threads);
        Assert.Equal(2, machine.Changes);
    }

    [Fact]
    public void Some_of_many_cores_are_left_to_others()
    {
        var machine = new Machine(cores: 16) { Foreign = 5 };

        machine.Run(TimeSpan.FromSeconds(3), s_step);
        Assert.Equal(11, machine.Governor.Threads);

        machine.Foreign = 100;
        machine.Run(TimeSpan.FromSeconds(3), s_step);
        Assert.Equal(1, machine.Governor.Threads);
    }

    [Fact]
    public void Two_engines_of_a_process_share_its_cores()
    {
        var machine = new Machine(cores: 4) { Engines = 2 };

        machine.Run(TimeSpan.FromSeconds(3), s_step);
        Assert.Equal(2, machine.Governor.Threads);

        machine.Engines = 1;
        machine.Run(TimeSpan.FromSeconds(2), s_step);
        Assert.Equal(4, machine.Governor.Threads);
    }

    [Fact]
    public void A_little_background_noise_changes_nothing()
    {
        var machine = new Machine(cores: 2) { Foreign = 0.2 };

        machine.Run(TimeSpan.FromSeconds(5), s_step);

        Assert.Equal(0, machine.Changes);
    }

    [Fact]
    public void Stalled_steps_lower_the_threads_even_when_the_meter_sees_no_other_program()
    {
        // This process's own other threads: their time counts as our own.
        var machine = new Machine(cores: 4) { Idle = 0 };
        machine.Run(TimeSpan.FromSeconds(1), s_step);

        machine.Run(TimeSpan.FromSeconds(0.5), s_step * 3);
        Assert.Equal(3, machine.Governor.Threads);

        machine.Run(TimeSpan.FromSeconds(3), s_step);
        Assert.Equal(3, machine.Governor.Threads);

        machine.Idle = 1;
        machine.Run(TimeSpan.FromSeconds(2), s_step);
        Assert.Equal(4, machine.Governor.Threads);
    }

    [Fact]
    public void Without_a_meter_it_tries_again_ever_more_seldom()
    {
        var machine = new Machine(cores: 2, metered: false);
        machine.Run(TimeSpan.FromSeconds(1), s_step);

        // With two threads a step takes ten times as long as with one while the disturbance lasts.
        machine.Run(TimeSpan.FromSeconds(60), () => machine.Governor.Threads == 2 ? s_step * 10 : s_step);
        Assert.InRange(machine.Changes, 3, 30);
        Assert.True(machine.TimeAtFull < TimeSpan.FromSeconds(12), $"{machine.TimeAtFull}");

        machine.Run(TimeSpan.FromSeconds(20), s_step);
        Assert.Equal(2, machine.Governor.Threads);
    }

    [Fact]
    public void It_can_be_switched_off()
    {
        var machine = new Machine(cores: 2, enabled: false) { Foreign = 2 };

        machine.Run(TimeSpan.FromSeconds(5), s_step * 5);

        Assert.Equal(2, machine.Governor.Threads);
    }

    [Fact]
    public void Long_prompts_are_no_stall()
    {
        var machine = new Machine(cores: 2);
        machine.Run(TimeSpan.FromSeconds(1), s_step);

        for (int i = 0; i < 20; i++)
        {
            machine.Step(TimeSpan.FromSeconds(1), rows: 512);
        }

        machine.Run(TimeSpan.FromSeconds(1), s_step);
        Assert.Equal(0, machine.Changes);
    }

    [Fact]
    public void A_request_with_much_more_behind_it_is_no_stall()
    {
        var machine = new Machine(cores: 2);
        for (int request = 1; request <= 10; request++)
        {
            machine.Step(s_step * 10, rows: 16);
            machine.Run(TimeSpan.FromSeconds(1), request % 2 == 0 ? s_step * 3 : s_step);
        }

        // One whose prompt is known but for its last token.
        machine.Sleep(TimeSpan.FromSeconds(1));
        machine.Run(TimeSpan.FromSeconds(1), s_step * 6);

        Assert.Equal(0, machine.Changes);
    }

    [Fact]
    public void It_allocates_nothing()
    {
        var machine = new Machine(cores: 2);
        machine.Run(TimeSpan.FromSeconds(1), s_step);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 500; i++)
        {
            machine.Step(s_step, rows: 1);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void The_systems_own_meter_reads_plausible_values()
    {
        using CpuLoad? load = CpuLoad.TryOpen();
        if (!OperatingSystem.IsLinux())
        {
            Assert.Null(load);
            return;
        }

        Thread.Sleep(300);
        CpuLoadSample sample = load!.Sample();

        Assert.Equal(Environment.ProcessorCount, sample.Cores);
        Assert.InRange(sample.Idle, 0, sample.Cores * 1.2);
        Assert.InRange(sample.Foreign, 0, sample.Cores);

        long before = GC.GetAllocatedBytesForCurrentThread();
        load.Sample();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void There_is_at_least_one_physical_core() =>
        Assert.InRange(PhysicalCores.Count, 1, Environment.ProcessorCount);

    /// <summary>A machine whose clock and load the test decides.</summary>
    private sealed class Machine : TimeProvider, ICpuLoad
    {
        private readonly int _cores;
        private long _ticks = 1;

        public Machine(int cores, bool metered = true, bool enabled = true)
        {
            _cores = cores;
            Governor = new ThreadGovernor(cores, enabled, metered ? this : null, this);
        }

        public ThreadGovernor Governor { get; }

        public double Foreign { get; set; }

        /// <summary>Idle cores; by default those that neither the engine nor others use.</summary>
        public double? Idle { get; set; }

        /// <summary>Engines of the same process, each with as many threads as this one.</summary>
        public int Engines { get; set; } = 1;

        public int Changes { get; private set; }

        public TimeSpan TimeAtFull { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public CpuLoadSample Sample() => new(_cores, Idle ?? Math.Max(0, _cores - Foreign - (Engines * Governor.Threads)), Foreign, Engines);

        public void Run(TimeSpan duration, TimeSpan step) => Run(duration, () => step);

        public void Run(TimeSpan duration, Func<TimeSpan> step)
        {
            for (long end = _ticks + duration.Ticks; _ticks < end;)
            {
                Step(step(), rows: 1);
            }
        }

        public void Sleep(TimeSpan duration) => _ticks += duration.Ticks;

        public void Step(TimeSpan duration, int rows)
        {
            _ticks += duration.Ticks;
            TimeAtFull += Governor.Threads == Governor.Maximum ? duration : TimeSpan.Zero;
            Changes += Governor.AfterStep(duration, rows) ? 1 : 0;
        }
    }
}
