namespace LocalInference.Tests.Sampling;

public sealed class LogitPeakTests
{
    public static TheoryData<int> Lengths => new(1, 7, 8, 15, 16, 17, 31, 1000, 1023, 1024, 1025, 1041, 5000);

    [Theory]
    [MemberData(nameof(Lengths))]
    public void It_is_the_first_of_the_largest(int length)
    {
        var random = new Random(length);
        for (int round = 0; round < 200; round++)
        {
            float[] row = [.. Enumerable.Range(0, length).Select(_ => random.Next(12) == 0 ? float.NegativeInfinity : random.Next(-9, 9))];
            row[random.Next(length)] = round % 2 == 0 ? -3 : 9;
            var peak = LogitPeak.Of(row);

            Assert.Equal(new LogitPeak(row.Max(), Array.IndexOf(row, row.Max()), IsValid: true), peak);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void One_number_that_is_none_makes_the_row_invalid(int length)
    {
        var random = new Random(length);
        for (int round = 0; round < 50; round++)
        {
            float[] row = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle())];
            row[random.Next(length)] = (round % 3) switch { 0 => float.NaN, 1 => -float.NaN, _ => float.PositiveInfinity };

            Assert.False(LogitPeak.Of(row).IsValid);
        }
    }

    [Fact]
    public void A_row_in_which_everything_is_forbidden_is_invalid() =>
        Assert.False(LogitPeak.Of([.. Enumerable.Repeat(float.NegativeInfinity, 100)]).IsValid);
}
