using LocalInference.Abstractions;
using LocalInference.Cli.Terminal;
using LocalInference.Gguf;
using LocalInference.Text;

namespace LocalInference.Cli.CommandLine;

/// <summary>Words an exception for a person: one line, then the next step. Never a stack trace.</summary>
internal sealed record FailureReport(string? Message, string? NextStep, int ExitCode)
{
    public static FailureReport Of(Exception exception) => exception switch
    {
        CliException e => new(e.Message, e.NextStep, e.Code),
        LocalInferenceException e => new(Without(e.Message, e.NextStep), e.NextStep, CommandLine.ExitCode.Failure),
        GgufException e => new(Without(e.Message, e.NextStep), e.NextStep, CommandLine.ExitCode.Failure),
        TemplateException { Kind: TemplateErrorKind.Refused } e => new($"The template refuses this conversation: {e.Message}.", "Change the order or the kinds of the messages as it says.", CommandLine.ExitCode.Failure),
        TemplateException e => new($"{e.Message}.", "Correct the template at that place, or the variables that it is given.", CommandLine.ExitCode.Failure),

        // The reader has what it wanted and left, as `head` does.
        OutputClosedException => new(null, null, CommandLine.ExitCode.Success),
        OperationCanceledException => new("Interrupted.", null, CommandLine.ExitCode.Failure),
        FileNotFoundException or DirectoryNotFoundException => new(exception.Message, "Check the path.", CommandLine.ExitCode.Failure),
        UnauthorizedAccessException => new(exception.Message, "Check that the path is a file and that you may read it.", CommandLine.ExitCode.Failure),
        IOException => new(exception.Message, "Check the file and the disk, then try again.", CommandLine.ExitCode.Failure),
        OutOfMemoryException => new("The memory does not suffice.", "Close other programs, or use a smaller model or --context.", CommandLine.ExitCode.Failure),
        _ => new(
            $"Unexpected {exception.GetType().Name}: {exception.Message}",
            "This is a bug in LocalInference; please report it with the command that you ran.",
            CommandLine.ExitCode.Failure),
    };

    public void WriteTo(TextWriter error)
    {
        if (Message is not null)
        {
            error.WriteLine($"error: {PrintableText.OnOneLine(Message)}");
            if (NextStep is not null)
            {
                error.WriteLine(PrintableText.OnOneLine(NextStep));
            }
        }

        error.Flush();
    }

    // Both exception families put the next step behind what failed.
    private static string Without(string message, string nextStep) =>
        message.EndsWith(nextStep, StringComparison.Ordinal) ? message[..^nextStep.Length].TrimEnd() : message;
}
