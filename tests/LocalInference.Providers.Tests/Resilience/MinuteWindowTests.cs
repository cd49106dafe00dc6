namespace LocalInference.Providers.Tests;

public sealed class MinuteWindowTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private readonly ManualTime _time = new();

    [Fact]
    public void As_many_as_the_limit_come_at_once_and_the_next_when_the_first_is_a_minute_old()
    {
        var window = new MinuteWindow(2, s_minute, _time);

        Assert.Equal(TimeSpan.Zero, Take(window, 1));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, Take(window, 1));
        Assert.Equal(TimeSpan.FromSeconds(50), Take(window, 1));
        Assert.Equal(TimeSpan.FromSeconds(60), Take(window, 1));
        Assert.Equal(TimeSpan.FromSeconds(110), Take(window, 1));
    }

    [Fact]
    public void Nobody_overtakes()
    {
        var window = new MinuteWindow(10, s_minute, _time);

        Take(window, 6);
        Assert.Equal(s_minute, Take(window, 8));
        Assert.Equal(s_minute, Take(window, 1));
    }

    [Fact]
    public void What_is_more_than_the_limit_gets_a_minute_of_its_own()
    {
        var window = new MinuteWindow(10, s_minute, _time);

        Take(window, 1);
        Assert.Equal(s_minute, Take(window, 50));
        Assert.Equal(2 * s_minute, Take(window, 1));
    }

    [Fact]
    public void Who_would_wait_too_long_takes_nothing()
    {
        var window = new MinuteWindow(1, s_minute, _time);
        Take(window, 1);

        Assert.Null(window.TryTake(1, TimeSpan.FromSeconds(59), out TimeSpan wait));
        Assert.Equal(s_minute, wait);
        Assert.Equal(s_minute, Take(window, 1));
    }

    [Fact]
    public void What_was_not_used_is_free_again()
    {
        var window = new MinuteWindow(100, s_minute, _time);
        MinuteWindow.Place place = window.TryTake(100, s_minute, out _)!;

        window.Correct(place, 30);

        Assert.Equal(TimeSpan.Zero, Take(window, 70));
        Assert.Equal(s_minute, Take(window, 1));
    }

    [Fact]
    public void No_minute_of_any_sequence_has_more_than_the_limit()
    {
        var random = new Random(7);
        var window = new MinuteWindow(100, s_minute, _time);
        List<(TimeSpan Turn, int Amount)> turns = [];
        TimeSpan now = TimeSpan.Zero;
        for (int i = 0; i < 3000; i++)
        {
            var step = TimeSpan.FromMilliseconds(random.Next(4000));
            _time.Advance(step);
            now += step;
            int amount = random.Next(1, 40);
            if (window.TryTake(amount, TimeSpan.FromSeconds(90), out TimeSpan wait) is not null)
            {
                turns.Add((now + wait, amount));
            }
        }

        Assert.True(turns.Count > 500);
        for (int first = 0; first < turns.Count; first++)
        {
            Assert.True(turns.Skip(first).TakeWhile(turn => turn.Turn < turns[first].Turn + s_minute).Sum(static turn => turn.Amount) <= 100);
        }
    }

    private static TimeSpan Take(MinuteWindow window, int amount)
    {
        Assert.NotNull(window.TryTake(amount, TimeSpan.MaxValue, out TimeSpan wait));
        return wait;
    }
}
