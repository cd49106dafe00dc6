using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Tests.CommandLine;

public sealed class FailureReportTests
{
    [Fact]
    public void A_message_of_many_lines_becomes_one_without_control_characters()
    {
        StringWriter error = new() { NewLine = "\n" };

        FailureReport.Of(new InvalidOperationException("first\nsecond\e[31m")).WriteTo(error);

        string[] lines = error.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal("error: Unexpected InvalidOperationException: first second [31m", lines[0]);
    }

    [Fact]
    public void A_reader_that_left_is_no_failure_and_no_message()
    {
        StringWriter error = new();

        FailureReport report = FailureReport.Of(new OutputClosedException(new IOException("EPIPE")));
        report.WriteTo(error);

        Assert.Equal(ExitCode.Success, report.ExitCode);
        Assert.Empty(error.ToString());
    }
}
