namespace LocalInference;

/// <summary>Who signs in at a host.</summary>
/// <param name="Auth">The user's name, a colon and the password, in Base64.</param>
internal sealed record DockerLogin(string? Auth);
