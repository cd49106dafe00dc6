namespace LocalInference.Server;

/// <summary>What a key opens.</summary>
public enum ApiKeyScope
{
    /// <summary>The use of models.</summary>
    User,

    /// <summary>That, and what changes the models that there are.</summary>
    Admin,
}
