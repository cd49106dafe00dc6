namespace LocalInference.Abstractions;

/// <summary>Who signs in to a registry. Immutable; its text does not show the password.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Password">The password, or the access token that stands for it.</param>
public sealed record RegistryCredential(string User, string Password)
{
    /// <summary>The user's name, without the password.</summary>
    public override string ToString() => User;
}
