using LocalInference.Parity.Rounding;

namespace LocalInference.Parity.Tests.Rounding;

public sealed class RoundingReportTests
{
    [Fact]
    public void The_error_is_the_squared_difference_over_the_squares_of_what_is_computed_alone()
    {
        RoundingReport report = new("test");
        report.Add([3, 4.5f], [3, 4], token: 1);
        report.Add([0, 10], [0, 10], token: 1);
        report.EndSequence();
        report.Add([0, 1], [0, 1], token: 1);
        report.EndSequence();

        Assert.Equal((2, 3, 0.25 / 125, 0.25 / 25), (report.Sequences, report.Positions, report.Error, report.WorstPosition));
        Assert.True(report.Meets(0.002));
        Assert.False(report.Meets(0.0019));
    }

    [Theory]
    [InlineData(4.03f, 1, 0)] // The largest difference is 0.01: up to 4 times that, rounding may have turned the best two round.
    [InlineData(4.05f, 0, 1)]
    public void Another_token_is_wrong_only_where_the_best_two_are_far_apart(float best, int ties, int wrong)
    {
        RoundingReport report = new("test");
        report.Add([best, 4, 1.01f], [best, 4, 1], token: 1);
        report.EndSequence();

        Assert.Equal((ties, wrong), (report.Ties, report.WrongTokens));
        Assert.Equal(wrong == 0, report.Meets(1));
    }

    [Fact]
    public void Nothing_compared_meets_no_bar() => Assert.False(new RoundingReport("test").Meets(1));

    [Fact]
    public void Logits_that_are_no_numbers_meet_no_bar()
    {
        RoundingReport report = new("test");
        report.Add([1, float.NaN], [1, 2], token: 1);
        report.EndSequence();

        Assert.False(report.Meets(1));
    }
}
