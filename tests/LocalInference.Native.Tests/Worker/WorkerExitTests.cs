namespace LocalInference.Native.Tests.Worker;

public sealed class WorkerExitTests
{
    [LinuxTheory]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(127, null)]
    [InlineData(255, null)]
    [InlineData(132, "SIGILL")]
    [InlineData(134, "SIGABRT")]
    [InlineData(135, "SIGBUS")]
    [InlineData(139, "SIGSEGV")]
    [InlineData(150, "signal 22")]
    public void Names_what_ended_a_worker_on_Linux(int code, string? expected)
    {
        string? crash = new WorkerExit(code).Crash;
        Assert.Equal(expected, crash?.Split(" (")[0]);
    }

    [LinuxFact]
    public void Knows_who_was_ended_from_outside()
    {
        Assert.True(new WorkerExit(137).IsFromOutside);
        Assert.True(new WorkerExit(143).IsFromOutside);
        Assert.False(new WorkerExit(132).IsFromOutside);
    }
}
