namespace LocalInference.Cli.Tests.EndToEnd;

/// <summary>A test of what only Unix has: signals and shells.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Needs a Unix system.";
        }
    }
}
