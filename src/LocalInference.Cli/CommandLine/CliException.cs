namespace LocalInference.Cli.CommandLine;

/// <summary>A command cannot go on. Shown as one line, then the next step.</summary>
internal sealed class CliException(string message, string? nextStep, int exitCode = ExitCode.Failure, Exception? inner = null) : Exception(message, inner)
{
    public string? NextStep { get; } = nextStep;

    public int Code { get; } = exitCode;

    /// <summary>The command was called in a way that cannot work, which only shows once it runs.</summary>
    public static CliException Usage(string message, string nextStep) => new(message, nextStep, ExitCode.Usage);
}
