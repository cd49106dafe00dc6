using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Tests.Terminal;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.50 KiB")]
    [InlineData(4_692_000_000, "4.37 GiB")]
    [InlineData(long.MaxValue, "8.00 EiB")]
    public void Bytes_have_binary_units(long bytes, string expected) => Assert.Equal(expected, Quantity.Bytes(bytes));

    [Theory]
    [InlineData(999, "999")]
    [InlineData(134_515_008, "135M")]
    [InlineData(7_241_732_096, "7.24B")]
    public void Counts_have_decimal_units(long count, string expected) => Assert.Equal(expected, Quantity.Count(count));

    [Theory]
    [InlineData(1.5204, "1.52s")]
    [InlineData(0.0314, "31.4ms")]
    public void Durations_read_as_ollamas(double seconds, string expected) => Assert.Equal(expected, Quantity.Duration(TimeSpan.FromSeconds(seconds)));
}
