using LocalInference.Server.Generation;

namespace LocalInference.Server.Tests.Generation;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("5m", 300)]
    [InlineData("1h30m", 5400)]
    [InlineData("-1.5s", -1.5)]
    [InlineData("+2m0.5s", 120.5)]
    [InlineData("1500ms", 1.5)]
    [InlineData("1000000us", 1)]
    public void It_reads_what_Go_reads(string text, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), GoDuration.Parse(text, out string? error));
        Assert.Null(error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("m")]
    [InlineData(".")]
    [InlineData("1..2s")]
    [InlineData("300")]
    [InlineData("1h30")]
    [InlineData("1x")]
    [InlineData(" 1s")]
    public void It_refuses_what_Go_refuses(string text)
    {
        Assert.Null(GoDuration.Parse(text, out string? error));
        Assert.StartsWith("time: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_clock_can_count_is_the_longest_time()
    {
        Assert.Equal(TimeSpan.MaxValue, GoDuration.Parse("99999999999999999h", out _));
        Assert.Equal(TimeSpan.MinValue, GoDuration.OfSeconds(-1e300));
    }
}
