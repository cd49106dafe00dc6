namespace LocalInference.Clients.Tests.JavaScript;

/// <summary>A theory over npm clients. It is skipped where they are not installed, except in CI, where that is a failure.</summary>
internal sealed class NpmTheoryAttribute : TheoryAttribute
{
    public NpmTheoryAttribute()
    {
        if (Environment.GetEnvironmentVariable("LOCALINFERENCE_CI") != "1" && !File.Exists(Path.Combine(NpmClient.Folder, "node_modules", ".package-lock.json")))
        {
            Skip = "The npm clients are not installed: run tests/LocalInference.Clients.Tests/install.sh, which needs Node.js and npm.";
        }
    }
}
