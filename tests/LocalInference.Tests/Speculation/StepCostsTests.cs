namespace LocalInference.Tests.Speculating;

public sealed class StepCostsTests
{
    [Fact]
    public void What_is_not_known_is_tried()
    {
        var costs = new StepCosts();
        Assert.True(costs.BestGuesses(otherRows: 0, acceptance: 0.5, most: 8) > 0);
        Assert.Equal(0, costs.BestGuesses(otherRows: 0, acceptance: 0, most: 8));
        Assert.Equal(0, costs.BestGuesses(otherRows: 0, acceptance: 1, most: 0));
    }

    [Theory]
    [InlineData(0.9, true)]
    [InlineData(0.1, false)]
    public void Rows_that_cost_half_a_step_each_pay_only_when_most_guesses_are_right(double acceptance, bool pays)
    {
        var costs = new StepCosts();
        for (int rows = 1; rows <= 9; rows++)
        {
            costs.AfterStep(rows, 1 + ((rows - 1) * 0.5));
        }

        Assert.Equal(pays, costs.BestGuesses(0, acceptance, 8) > 0);
    }

    [Fact]
    public void Rows_that_cost_nothing_are_all_used()
    {
        var costs = new StepCosts();
        for (int rows = 1; rows <= 9; rows++)
        {
            costs.AfterStep(rows, 1);
        }

        Assert.Equal(8, costs.BestGuesses(0, 0.9, 8));
    }
}
