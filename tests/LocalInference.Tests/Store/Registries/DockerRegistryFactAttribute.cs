namespace LocalInference.Tests.Store.Registries;

/// <summary>A test against the registry of the distribution project; skipped where it is missing, unless this is CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DockerRegistryFactAttribute : FactAttribute
{
    /// <param name="tools">Further programs that it needs.</param>
    public DockerRegistryFactAttribute(params string[] tools)
    {
        if (Environment.GetEnvironmentVariable("LOCALINFERENCE_CI") != "1" && tools.Prepend(DockerRegistry.Program).FirstOrDefault(static tool => DockerRegistry.FindProgram(tool) is null) is { } missing)
        {
            Skip = $"{missing} is missing: install Debian's package of that name, or another build of it.";
        }
    }
}
