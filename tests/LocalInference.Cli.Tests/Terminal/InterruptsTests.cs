using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Tests.Terminal;

public sealed class InterruptsTests
{
    [Fact]
    public void The_latest_subscriber_is_told_and_the_one_before_after_it_left()
    {
        Interrupts interrupts = new();
        List<string> told = [];
        using IDisposable program = interrupts.Subscribe(() => told.Add("program"));
        using (interrupts.Subscribe(() => told.Add("answer")))
        {
            Assert.True(interrupts.Signal());
        }

        Assert.True(interrupts.Signal());
        Assert.Equal(["answer", "program"], told);
    }

    [Fact]
    public void A_second_time_is_not_held_back()
    {
        Interrupts interrupts = new();
        using IDisposable subscription = interrupts.Subscribe(static () => { });

        Assert.True(interrupts.Signal());
        Assert.False(interrupts.Signal());
    }

    [Fact]
    public void Without_a_subscriber_nothing_is_held_back() => Assert.False(new Interrupts().Signal());
}
