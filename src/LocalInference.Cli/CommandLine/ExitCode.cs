namespace LocalInference.Cli.CommandLine;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    public const int Failure = 1;

    public const int Usage = 2;
}
