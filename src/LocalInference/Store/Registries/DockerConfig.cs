namespace LocalInference;

/// <summary>Docker's file of settings, as far as it says who signs in where.</summary>
/// <param name="Auths">By host.</param>
internal sealed record DockerConfig(IReadOnlyDictionary<string, DockerLogin>? Auths);
