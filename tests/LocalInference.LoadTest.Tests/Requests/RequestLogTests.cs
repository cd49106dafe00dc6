using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Tests.Requests;

public sealed class RequestLogTests
{
    [Fact]
    public void Latency_counts_from_when_the_request_was_due()
    {
        RequestLog log = new(new Prompt([1], ""), 3, scheduled: 100);
        log.AddTokens(150);
        log.AddTokens(170);
        log.AddTokens(175);

        Assert.Equal(50, log.TimeToFirstToken);
        Assert.Equal([20, 5], log.Gaps);
        Assert.Equal([170, 175], log.GapEnds);
        Assert.Equal(3, log.GeneratedTokens);
    }

    [Fact]
    public void Tokens_that_come_together_share_the_time_since_the_one_before()
    {
        RequestLog log = new(new Prompt([1], ""), 4, scheduled: 0);
        log.AddTokens(10);
        log.AddTokens(40, count: 3);

        Assert.Equal([10, 10, 10], log.Gaps);
        Assert.Equal(4, log.GeneratedTokens);
    }

    [Fact]
    public async Task A_scenario_can_wait_for_tokens_and_is_not_left_waiting_by_the_end()
    {
        RequestLog log = new(new Prompt([1], ""), 4, scheduled: 0);
        Task two = log.WaitForTokensAsync(2);
        log.AddTokens(1);
        Assert.False(two.IsCompleted);
        log.AddTokens(2);
        await two.WaitAsync(TimeSpan.FromSeconds(10));

        Task many = log.WaitForTokensAsync(100);
        Assert.False(many.IsCompleted);
        log.End("broken");
        await many.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("broken", log.Error);
    }
}
