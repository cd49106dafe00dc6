using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Peers;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.Tests.Comparison;

public sealed class BarTests
{
    [Fact]
    public void Ours_is_compared_with_the_best_setting_round_by_round()
    {
        ScenarioResult result = new(
            new SharedPrefixScenario(new ScenarioSettings()),
            [
                Result("LocalInference", isOurs: true, (MetricNames.Total, [10, 20, 30]), (MetricNames.ComputedOverUnique, [1.0, 1.0, 1.2])),
                Result(PeerVariant.AsShipped, isOurs: false, (MetricNames.Total, [100, 200, 300])),
                Result("tuned", isOurs: false, (MetricNames.Total, [40, 40, 60])),
            ]);

        Bar[] bars = [.. Bars.Of(result)];

        Assert.Equal(2, bars.Length);
        Assert.Equal((1.0, true), (bars[0].Measured!.Value, bars[0].Met));
        Assert.Contains("tuned", bars[1].Name, StringComparison.Ordinal);

        // The median of 10/40, 20/40 and 30/60.
        Assert.Equal((0.5, 0.35, false), (bars[1].Measured!.Value, bars[1].Limit, bars[1].Met));
        Assert.StartsWith("MISSED", bars[1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_victim_is_compared_with_its_idle_self_and_with_the_server_as_shipped()
    {
        ScenarioResult result = new(
            new LongPromptVictimScenario(new ScenarioSettings()),
            [
                Result("LocalInference", isOurs: true, (MetricNames.DuringP99, [50]), (MetricNames.DuringOverIdle, [4.9])),
                Result(PeerVariant.AsShipped, isOurs: false, (MetricNames.DuringP99, [1000])),
            ]);

        Assert.All(Bars.Of(result), static bar => Assert.True(bar.Met));
        Assert.Equal([4.9, 0.05], Bars.Of(result).Select(static bar => bar.Measured!.Value));
    }

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(8, 1.05)]
    public void Streams_are_compared_by_their_speed(int streams, double limit)
    {
        ScenarioResult result = new(
            new StreamsScenario(new ScenarioSettings(), streams),
            [
                Result("LocalInference", isOurs: true, (MetricNames.Total, [100, 100]), (MetricNames.ManagedCpuPerToken, [61, 61])),
                Result(PeerVariant.AsShipped, isOurs: false, (MetricNames.Total, [104, 104])),
                Result("slower", isOurs: false, (MetricNames.Total, [200, 200])),
            ]);

        Bar[] bars = [.. Bars.Of(result)];

        Assert.Equal(limit, bars[0].Limit);
        Assert.Equal(1.04, bars[0].Measured!.Value, 6);
        Assert.Equal([streams == 1, false], bars.Select(static bar => bar.Met));
    }

    [Fact]
    public void Without_our_side_there_is_nothing_to_reach() =>
        Assert.Empty(Bars.Of(new ScenarioResult(new SharedPrefixScenario(new ScenarioSettings()), [Result("x", isOurs: false, (MetricNames.Total, [1]))])));

    [Fact]
    public void Alone_ours_is_compared_with_nobody()
    {
        ScenarioResult result = new(
            new SharedPrefixScenario(new ScenarioSettings()),
            [Result("LocalInference", isOurs: true, (MetricNames.Total, [10]), (MetricNames.ComputedOverUnique, [1.0]))]);

        Assert.True(Assert.Single(Bars.Of(result)).Met);
    }

    [Fact]
    public void A_bar_without_a_figure_is_not_met_and_is_named()
    {
        ScenarioResult result = new(
            new SharedPrefixScenario(new ScenarioSettings()),
            [
                Result("LocalInference", isOurs: true, (MetricNames.Total, [10])),
                Result("tuned", isOurs: false, (MetricNames.Total, [100])),
            ]);

        Bar[] bars = [.. Bars.Of(result)];

        Assert.Equal([false, true], bars.Select(static bar => bar.Met));
        Assert.StartsWith("ABSENT", bars[0].ToString(), StringComparison.Ordinal);
        Assert.Null(bars[0].Measured);
        string message = Assert.Throws<LoadTestException>(() => Bars.Require(bars)).Message;
        Assert.Contains($"{bars[0].Name} (no figure)", message, StringComparison.Ordinal);
        Assert.DoesNotContain(bars[1].Name, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_server_as_shipped_the_bar_against_it_is_absent()
    {
        ScenarioResult result = new(
            new LongPromptVictimScenario(new ScenarioSettings()),
            [
                Result("LocalInference", isOurs: true, (MetricNames.DuringP99, [50]), (MetricNames.DuringOverIdle, [4.9])),
                Result("tuned", isOurs: false, (MetricNames.DuringP99, [1000])),
            ]);

        Bar[] bars = [.. Bars.Of(result)];

        Assert.Equal([true, false], bars.Select(static bar => bar.Met));
        Assert.Contains("as shipped (no figure)", Assert.Throws<LoadTestException>(() => Bars.Require(bars)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_side_without_the_figure_is_not_the_best()
    {
        ScenarioResult result = new(
            new StreamsScenario(new ScenarioSettings(), streams: 1),
            [
                Result("LocalInference", isOurs: true, (MetricNames.Total, [100]), (MetricNames.ManagedCpuPerToken, [10])),
                Result("tuned", isOurs: false, (MetricNames.TokensPerSecond, [1])),
            ]);

        Bar[] bars = [.. Bars.Of(result)];

        Assert.Equal([false, true], bars.Select(static bar => bar.Met));
        Assert.EndsWith("over llama-server at its best", bars[0].Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Bars_are_required_to_be_there_and_to_be_met()
    {
        Bar met = new("quick", 1, 2, AtLeast: false, "here");
        Bar missed = new("fast", 1, 2, AtLeast: true, "here");

        Bars.Require([met]);
        Assert.Contains("1 of 2 bars were not met: fast", Assert.Throws<LoadTestException>(() => Bars.Require([met, missed])).Message, StringComparison.Ordinal);
        Assert.Throws<LoadTestException>(() => Bars.Require([]));
    }

    private static ContestantResult Result(string name, bool isOurs, params (string Metric, double[] Rounds)[] figures)
    {
        ContestantResult result = new(name, isOurs);
        for (int round = 0; round < figures[0].Rounds.Length; round++)
        {
            SortedDictionary<string, double> metrics = new(StringComparer.Ordinal);
            foreach ((string metric, double[] rounds) in figures)
            {
                metrics[metric] = rounds[round];
            }

            result.Add("scripted", new ScenarioRun([], metrics));
        }

        return result;
    }
}
